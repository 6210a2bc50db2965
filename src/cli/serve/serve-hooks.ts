import type {
  Hooks,
  MigrateOptions,
  PreviewOptions,
  ReconcileOptions,
  RunOptions,
  Side,
} from "../../index.js";

/**
 * Calls one hook. A promise is answered by one line, an iterable by one line a message. `more` sends a line that goes
 * before the answer.
 */
type Call = (
  connector: Hooks,
  args: readonly unknown[],
  options: RunOptions,
  more: (message: unknown) => void,
) => Promise<unknown> | AsyncIterable<unknown>;

/** The hooks that a host may call, by their names in the protocol; `args` are the hook's arguments in order. */
export const hooks = {
  meta_data: async (connector, [side]) => connector.metaData(side as Side | undefined),
  spec: async (connector, [side]) => connector.spec(side as Side | undefined),
  check_connection: (connector, [config, side]) =>
    connector.checkConnection(config, side as Side | undefined),
  discover: (connector, [config, side]) => connector.discover(config, side as Side | undefined),
  write: (connector, [syncConfig, records, wanted], options) =>
    connector.write(syncConfig, records as readonly unknown[], undefined, {
      ...options,
      strict: isOn(wanted, "strict"),
    }),
  read: (connector, [syncConfig, options], _, more) =>
    connector.read(syncConfig, isOn(options, "stream") ? more : undefined),
  enrich: (connector, [syncConfig, records], options) =>
    connector.enrich(syncConfig, records as readonly unknown[], options),
  preview: (connector, [config, records, options]) =>
    connector.preview(config, records as readonly unknown[], options as PreviewOptions | undefined),
  migrate: (connector, [config, options]) =>
    connector.migrate(config, (options ?? undefined) as MigrateOptions | undefined),
  replay: (connector, [config], options) => connector.replay(config, options),
  reconcile: (connector, [config, options]) => connector.reconcile(config, reconcileOptions(options)),
} as const satisfies Record<string, Call>;

export type HookName = keyof typeof hooks;

/** What a host puts after a hook's own arguments: that it takes events, or wants nothing sent that a check refuses. */
const isOn = (options: unknown, name: "stream" | "strict"): boolean =>
  (options as { readonly [Name in typeof name]?: unknown } | null | undefined)?.[name] === true;

/** Those that are given in their form. */
const reconcileOptions = (options: unknown): ReconcileOptions => {
  const { logs, grace_minutes: graceMinutes } = (options ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...(typeof logs === "string" && { logs }),
    ...(typeof graceMinutes === "number" && { graceMinutes }),
  };
};
