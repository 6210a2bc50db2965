import { fileURLToPath } from "node:url";
import { type Adapter, type Hook, HookFailure, type Objects } from "./adapter.js";
import { commandAdapter } from "./command-adapter.js";

/**
 * A connector class: a host constructs it without arguments. Its hooks are named in camel case or in snake case.
 */
export type ConnectorClass = new () => object;

/** Where a class is to be found by another process. */
export interface ClassPlace {
  /** Absolute. */
  readonly module: string;
  readonly export: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The adapter of a class in this process. Without its place it cannot be started in a process of its own. */
export const classAdapter = (connector: ConnectorClass, place?: ClassPlace): Adapter => {
  const objects = (): Objects => {
    const instance = new connector() as Readonly<Record<string, unknown>>;
    return async (hook, ...args) => {
      const method = instance[camelCase(hook)] ?? instance[hook];
      if (typeof method !== "function") throw new HookFailure(hook, "the class has no such method");
      try {
        return await method.apply(instance, args);
      } catch (thrown) {
        throw new HookFailure(hook, String(thrown));
      }
    };
  };
  const instance = objects();
  return {
    lacks: place ? {} : { process: "the descriptor has no class that another process could load" },
    call: async (hook, ...args) => throughJson(await instance(hook, ...throughJson(args))),
    async stream(syncConfig) {
      const events: unknown[] = [];
      const onEvent = (event: unknown): void => void events.push(throughJson(event));
      return { answer: throughJson(await instance("read", throughJson(syncConfig), onEvent)), events };
    },
    objects,
    another: async () => classAdapter(connector, place),
    async apart() {
      if (!place) throw new TypeError("there is no module to start");
      const { module, export: name, environment = {} } = place;
      // With this process's own loaders, which the module may need.
      return commandAdapter([process.execPath, ...process.execArgv, program, module, name], { environment });
    },
    ended: () => null,
    said: () => "",
    kill: async () => undefined,
    close: async () => undefined,
  };
};

const program = fileURLToPath(import.meta.resolve("./class-process.js"));

const camelCase = (hook: Hook): string =>
  hook.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A host stores and sends everything as JSON, and both adapters are to see the same. */
const throughJson = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));
