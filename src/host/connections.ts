import type { Database } from "libsql";
import type { CatalogMessage, StatusMessage } from "../index.js";
import type { ConnectorType, Registry } from "./registry.js";
import { type Fields, maskSecrets, unmaskSecrets } from "./secrets.js";

/** A connector that a user has configured, under a name of its own. */
export interface StoredConnection {
  readonly name: string;
  readonly connector_type: ConnectorType;
  readonly connector_name: string;
  readonly configuration: Fields;
}

export type Catalog = CatalogMessage["catalog"];

/** Fills in what a stored config leaves to the moment of use, such as references to the environment. */
export type Resolve = (configuration: Fields) => Fields;

/**
 * The configured connectors. They are stored as given, a literal secret in clear, since a call in another process needs
 * it; what stands in place of a secret is resolved for each call.
 */
export type Connections = ReturnType<typeof createConnections>;

export const createConnections = (database: Database, registry: Registry, resolve: Resolve) => {
  const select = database.prepare("SELECT * FROM connectors WHERE name = ?");
  const upsert = database.prepare(`
    INSERT INTO connectors (name, connector_type, connector_name, configuration) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET connector_type = excluded.connector_type,
      connector_name = excluded.connector_name, configuration = excluded.configuration, catalog = NULL`);
  const setCatalog = database.prepare("UPDATE connectors SET catalog = ? WHERE name = ?");

  const find = (name: string): Stored | undefined => select.get(name) as Stored | undefined;
  const get = (name: string): Stored => {
    const stored = find(name);
    if (!stored) throw new Error(`no connection is stored as ${JSON.stringify(name)}`);
    return stored;
  };
  const schemaOf = (type: ConnectorType, name: string): Fields =>
    registry.definition(type, name).connector_spec.connection_specification;
  const open = (name: string) => {
    const { connector_type, connector_name, configuration, catalog } = get(name);
    const connector = new (registry.find(connector_type, connector_name))();
    return { connector, configuration: resolve(JSON.parse(configuration)), catalog };
  };

  return {
    /** Adds a connection or replaces it. A secret that is still starred keeps its stored value. */
    save({ name, connector_type, connector_name, configuration }: StoredConnection): void {
      const schema = schemaOf(connector_type, connector_name);
      const stored = JSON.parse(find(name)?.configuration ?? "{}");
      const text = JSON.stringify(unmaskSecrets(configuration, stored, schema));
      if (text === find(name)?.configuration && find(name)?.connector_name === connector_name) return;
      upsert.run(name, connector_type, connector_name, text);
    },
    /** The connection with its secrets starred. */
    show(name: string): StoredConnection {
      const { connector_type, connector_name, configuration } = get(name);
      const schema = schemaOf(connector_type, connector_name);
      return {
        ...{ name, connector_type, connector_name },
        configuration: maskSecrets(JSON.parse(configuration), schema),
      };
    },
    /** Asks the connector whether the connection works. */
    async check(name: string): Promise<StatusMessage["connection_status"]> {
      const { connector, configuration } = open(name);
      return (await connector.checkConnection(configuration)).connection_status;
    },
    /** The connector's streams: asked for once, and again with `refresh` or after the connection has changed. */
    async discover(name: string, { refresh = false } = {}): Promise<Catalog> {
      const { connector, configuration, catalog } = open(name);
      if (catalog !== null && !refresh) return JSON.parse(catalog);
      const message = await connector.discover(configuration);
      if (message.type !== "catalog") throw new Error(`${name} gave no catalog`);
      setCatalog.run(JSON.stringify(message.catalog), name);
      return message.catalog;
    },
    /** A connector and its configuration, ready to be called. */
    open,
  };
};

interface Stored {
  readonly connector_type: ConnectorType;
  readonly connector_name: string;
  readonly configuration: string;
  readonly catalog: string | null;
}
