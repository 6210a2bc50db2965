import { type Door, type Hook, HookFailure } from "./door.js";

/** A connector class: a host constructs it without arguments. Its hooks are named in camel case or in snake case. */
export type ConnectorClass = new () => object;

/** The door of a class in this process. */
export const classDoor = (connector: ConnectorClass): Door => {
  const instance = new connector() as Readonly<Record<string, unknown>>;
  return {
    lacks: { process: "a class has no process of its own" },
    async call(hook, ...args) {
      const method = instance[camelCase(hook)] ?? instance[hook];
      if (typeof method !== "function") throw new HookFailure(hook, "the class has no such method");
      try {
        return throughJson(await method.apply(instance, throughJson(args)));
      } catch (thrown) {
        throw new HookFailure(hook, String(thrown));
      }
    },
    another: async () => classDoor(connector),
    ended: () => null,
    said: () => "",
    kill: async () => undefined,
    close: async () => undefined,
  };
};

const camelCase = (hook: Hook): string =>
  hook.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A host stores and sends everything as JSON, and both doors are to see the same. */
const throughJson = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));
