import type { Hooks, MetaData } from "../index.js";

/** What the host needs of a connector, and all that it calls. */
export type Connector = Pick<Hooks, "metaData" | "spec" | "checkConnection" | "discover" | "write">;

export type ConnectorClass = new () => Connector;
export type ConnectorType = MetaData["data"]["connector_type"];

/** A connector as a catalogue of connectors shows it: its meta data and its specification. */
export type Definition = MetaData["data"] & {
  readonly connector_spec: ReturnType<Connector["spec"]>["connector_spec"];
};

export interface Registry {
  /** @throws Error when a hook is missing or the name is taken. */
  register(connectorClass: ConnectorClass): void;
  definitions(): Definition[];
  /** The name's case makes no difference. @throws Error that lists what there is. */
  find(type: ConnectorType, name: string): ConnectorClass;
  definition(type: ConnectorType, name: string): Definition;
}

export const createRegistry = (): Registry => {
  const classes = new Map<string, ConnectorClass>();
  const find = (type: ConnectorType, name: string): ConnectorClass => {
    const found = classes.get(keyOf(type, name));
    if (found) return found;
    const known = [...classes.values()].map((each) => new each().metaData().data.name).join(", ");
    throw new Error(
      `no ${type} is registered as ${JSON.stringify(name)}; there is ${known || "none at all"}`,
    );
  };
  return {
    register(connectorClass) {
      const connector = new connectorClass();
      const missing = hooks.filter((hook) => typeof connector[hook] !== "function");
      if (missing.length > 0) throw new Error(`${connectorClass.name} lacks the hooks ${missing.join(", ")}`);
      const { connector_type, name } = connector.metaData().data;
      const key = keyOf(connector_type, name);
      if (classes.has(key)) throw new Error(`a ${connector_type} is already registered as ${name}`);
      classes.set(key, connectorClass);
    },
    definitions: () => [...classes.values()].map(define),
    find,
    definition: (type, name) => define(find(type, name)),
  };
};

const hooks = ["metaData", "spec", "checkConnection", "discover", "write"] as const;

const keyOf = (type: ConnectorType, name: string): string => `${type} ${name.toLowerCase()}`;

const define = (connectorClass: ConnectorClass): Definition => {
  const connector = new connectorClass();
  return { ...connector.metaData().data, connector_spec: connector.spec().connector_spec };
};
