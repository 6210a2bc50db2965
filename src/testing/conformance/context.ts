import { setTimeout as sleep } from "node:timers/promises";
import type { Descriptor } from "../../generated/conformance.js";
import type {
  Catalog,
  ConnectorSpecification,
  LogMessage,
  TrackingMessage,
} from "../../generated/protocol.js";
import type { Adapter } from "./adapter.js";
import { contentOf } from "./message-content.js";
import { must, shown, skip, within } from "./violation.js";
import type { Wire } from "./watched-wire.js";

export type Config = Readonly<Record<string, unknown>>;
export type InputRecord = Readonly<Record<string, unknown>>;

/** What a rule has in its hands. */
export interface Context {
  readonly adapter: Adapter;
  readonly descriptor: Descriptor;
  /** The line to the service, of this rule alone. Its URL stands where a config says `${url}`. */
  readonly wire: Wire;
  /** An empty folder of this rule's own. */
  readonly folder: string;
  /** How many times longer than by default everything may take: above 1 where the suite was given more time. */
  readonly slack: number;
  /** The good config with a change put over it. */
  config(change?: Config, run?: string): Config;
  /** The host's sync config around a connection. */
  syncConfig(connection: unknown, run?: string): object;
  spec(): Promise<ConnectorSpecification>;
  check(config: unknown): Promise<{ readonly status: string; readonly message?: string | null }>;
  discover(config?: unknown): Promise<Catalog>;
  write(records: readonly unknown[], how?: How): Promise<Written>;
  /**
   * Lets the connector go on with what it has begun, by its own turns: where the machine is busy, this takes
   * longer.
   */
  goOn(adapter?: Adapter): Promise<void>;
  /** What the good config's preview says that the records would cost, at least and at most. */
  preview(records: readonly unknown[]): Promise<{ readonly low: number; readonly high: number }>;
}

interface How {
  /** Put over the good config. */
  readonly change?: Config;
  /** The sync run; calls of one run share its limits. */
  readonly run?: string;
  readonly action?: "destination_insert" | "destination_update";
  /** Instead of the rule's own adapter. */
  readonly adapter?: Adapter;
}

/** The answer to `write`. */
export interface Written {
  readonly tracking: TrackingMessage;
  readonly success: number;
  readonly failed: number;
  readonly logs: readonly LogMessage[];
  /**
   * What became of each record. Ends the rule as not applicable where the descriptor does not say where it stands.
   */
  rows(): readonly WrittenRow[];
}

export interface WrittenRow {
  /** The enriched record. */
  readonly record: InputRecord;
  /** The values behind the descriptor's paths. */
  readonly status: unknown;
  readonly code: unknown;
  readonly billed: unknown;
  read(key: keyof NonNullable<Descriptor["outcome"]>): unknown;
}

export const createContext = (
  parts: Pick<Context, "adapter" | "descriptor" | "wire" | "folder" | "slack">,
): Context => {
  const { adapter, descriptor, wire, folder, slack } = parts;
  const config = (change: Config = {}, run = "1"): Config =>
    fillPlaces({ ...descriptor.config, ...change }, { url: wire.url, folder, run: encodeURIComponent(run) });
  const read = (tracking: TrackingMessage): Written => ({
    tracking,
    success: tracking.success ?? 0,
    failed: tracking.failed ?? 0,
    logs: tracking.logs ?? [],
    rows: () => outcomesOf(tracking, descriptor),
  });
  return {
    ...parts,
    config,
    syncConfig: (connection, run = "1") => syncConfig(descriptor, connection, run),
    spec: async () => contentOf(await adapter.call("spec"), "connector_spec"),
    check: async (given) => contentOf(await adapter.call("check_connection", given), "connection_status"),
    discover: async (given = config()) => contentOf(await adapter.call("discover", given), "catalog"),
    async write(records, { change, run = "1", action, adapter: other = adapter } = {}) {
      const sync = syncConfig(descriptor, config(change, run), run);
      const args = action === undefined ? [sync, records] : [sync, records, action];
      return read(contentOf(await other.call("write", ...args), "tracking"));
    },
    goOn: (other = adapter) => within(turnsMost * slack, () => takeTurns(other)).catch(() => undefined),
    async preview(records) {
      const answer = await adapter.call("preview", config(), records);
      const at = (path = ""): number => {
        const value = valueBehind(answer, path);
        must(typeof value === "number", `the preview's ${path} is ${shown(value)}`);
        return value;
      };
      return { low: at(descriptor.preview?.low), high: at(descriptor.preview?.high) };
    },
  };
};

/** Seconds. A command that answers one line after the other takes no turn while it writes. */
const turnsMost = 3;

/** Each is a moment for disk and network, and a call that the connector answers when it has had its turn. */
const takeTurns = async (adapter: Adapter): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) {
    await sleep(20);
    await adapter.call("spec").catch(() => undefined);
  }
};

/** The host's sync config around a destination's connection. */
const syncConfig = ({ name, key_column }: Descriptor, connection: unknown, run: string): object => ({
  source: { name: "Postgresql", type: "source", connection_specification: {} },
  destination: { name, type: "destination", connection_specification: connection },
  model: { name: "rows", query: "select 1", query_type: "raw_sql", primary_key: key_column ?? "" },
  stream: { name: "stream", json_schema: {} },
  sync_mode: "incremental",
  destination_sync_mode: "insert",
  sync_id: "1",
  sync_run_id: run,
});

const outcomesOf = (tracking: TrackingMessage, { outcome }: Descriptor): readonly WrittenRow[] => {
  const paths = outcome ?? skip("the descriptor has no outcome");
  const records = valueBehind(tracking, paths.records);
  if (!Array.isArray(records)) return [];
  return records.map((record) => {
    const value = (key: keyof typeof paths): unknown =>
      valueBehind(record, paths[key] ?? skip(`the descriptor's outcome has no ${key}`));
    return { record, status: value("status"), code: value("code"), billed: value("billed"), read: value };
  });
};

/** The value behind a dotted path. */
export const valueBehind = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((at, key) => (at as InputRecord | null | undefined)?.[key], value);

/** A tree with `${name}` replaced in all its strings. */
export const fillPlaces = <T>(tree: T, values: Readonly<Record<string, string>>): T =>
  JSON.parse(JSON.stringify(tree), (_, node) =>
    typeof node === "string"
      ? node.replace(/\$\{(\w+)\}/g, (all, name: string) => values[name] ?? all)
      : node,
  );
