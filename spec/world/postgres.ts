import type { Connect, Connections } from "../../src/run/ledger/postgres/database.js";
import * as statements from "../../src/run/ledger/postgres/statements.js";
import type { Chance } from "./chance.js";
import type { Life, Time } from "./life.js";

/** What a server, and the way to it, do to statements. */
export interface PostgresWeather {
  readonly faults: Readonly<Partial<Record<PostgresFault, number>>>;
  /** The longest time that a statement takes, with its way. */
  readonly askMs: number;
}

export type PostgresFault =
  | "no connection"
  | "cut before it came"
  | "cut before its answer"
  | "no answer"
  | "done late"
  | "too busy"
  | "shut down";

export interface VirtualPostgres {
  /** How a process connects. */
  connectOf(life: Life): Connect;
  /** The latest state of a key. */
  stateOf(key: string): string | undefined;
  /** True while nobody answers. */
  isAway: boolean;
  weather: PostgresWeather;
}

/** One row of the table; times are milliseconds since 1970. */
interface Stored {
  readonly key: string;
  state: string;
  at: number;
  version: number;
  claim: unknown;
  lease_until: number | null;
  [column: string]: unknown;
}

/**
 * The statements of a ledger, each done at one moment as the server would. `renewed` is told of a run that has begun anew since
 * it was quiet for long.
 */
export const createTable = (now: () => number, renewed: (run: string) => void = () => undefined) => {
  const rows = new Map<string, Stored>();
  let isThere = false;
  const isLive = ({ state, lease_until }: Stored): boolean =>
    state === "intent" && (lease_until ?? 0) >= now();
  const isExpired = (row: Stored): boolean => row.state === "intent" && !isLive(row);
  const change = (row: Stored, changes: object): unknown[] => {
    Object.assign(row, { at: now(), version: row.version + 1 }, changes);
    return [{ version: `${row.version}` }];
  };
  const insert = (key: unknown, columns: Omit<Stored, "key" | "at" | "version">): unknown[] => {
    rows.set(
      key as string,
      { lease_until: null, ...columns, key: key as string, at: now(), version: 1 } as Stored,
    );
    return [{ version: "1" }];
  };
  const shown = (row: Stored): object => ({
    ...{ ...nothingStored, ...row, version: `${row.version}`, at_ms: `${row.at}` },
    ...{ live: isLive(row), expired: isExpired(row) },
  });
  const does: Readonly<Record<string, (values: readonly unknown[]) => unknown[]>> = {
    [statements.lookForTable]: () => [{ there: isThere, encoding: "UTF8" }],
    [statements.createTable]: () => {
      isThere = true;
      return [];
    },
    [statements.lookAtColumns]: () => [],
    [statements.find]: ([key]) => {
      const row = rows.get(key as string);
      return row && row.state !== "run" ? [shown(row)] : [];
    },
    [statements.takeOver]: ([key]) => {
      const row = rows.get(key as string);
      return row && isExpired(row) ? change(row, { state: "unknown", code: "outcome_unknown" }) : [];
    },
    [statements.claim]: ([key, claim, worker, leaseMs, model, target, body, version]) => {
      const row = rows.get(key as string);
      const columns = { state: "intent", claim, worker, model, target, body };
      const lease_until = now() + Number(leaseMs);
      if (!row) return version === "0" ? insert(key, { ...columns, lease_until }) : [];
      const mayClaim = (row.claim === claim && row.state === "intent") || `${row.version}` === version;
      return mayClaim ? change(row, { ...columns, lease_until, code: null }) : [];
    },
    [statements.settle]: ([key, state, claim, model, target, body, response, code, ...counts]) => {
      const row = rows.get(key as string);
      const outcome = { state, response, code, ...countsOf(counts) };
      if (!row)
        return insert(key, {
          ...outcome,
          state: state as string,
          claim,
          model,
          target,
          body,
          lease_until: null,
        });
      if (row.state === "received" || (row.claim !== claim && state !== "received")) return [];
      const sent = { model: model ?? row.model, target: target ?? row.target };
      return change(row, {
        ...{ ...outcome, ...sent, lease_until: null },
        body: state === "received" ? null : (body ?? row.body),
      });
    },
    [statements.page]: ([after]) =>
      [...rows.values()]
        .filter(({ key, state }) => state !== "run" && key > (after as string))
        .sort((one, other) => (one.key < other.key ? -1 : 1))
        .slice(0, 500)
        .map((row) => ({ ...shown(row), live: false, expired: false })),
    [statements.takeShare]: ([key, ...numbers]) => {
      const [addRows, addTokens, addUsd, mostRows, mostTokens, mostUsd, quietMs] = numbers.map(
        Number,
      ) as Numbers;
      const row = rows.get(key as string);
      const isOver = row !== undefined && row.at < now() - quietMs;
      const taken = (column: string): number => (row && !isOver ? Number(row[column]) : 0);
      const next = {
        run_rows: taken("run_rows") + addRows,
        run_tokens: taken("run_tokens") + addTokens,
        run_usd: taken("run_usd") + addUsd,
        run_open: taken("run_open") + 1,
      };
      if (next.run_rows > mostRows || next.run_tokens > mostTokens || next.run_usd > mostUsd) return [];
      if (isOver) renewed(row.key);
      return row ? change(row, next) : insert(key, { state: "run", claim: null, lease_until: null, ...next });
    },
    [statements.giveBack]: ([key, ...numbers]) => {
      const [backRows, backTokens, backUsd, calls] = numbers.map(Number) as Numbers;
      const row = rows.get(key as string);
      if (!row) return [];
      change(row, {
        run_rows: Number(row.run_rows) - backRows,
        run_tokens: Number(row.run_tokens) - backTokens,
        run_usd: Number(row.run_usd) - backUsd,
        run_open: Number(row.run_open) - calls,
      });
      return [];
    },
    [statements.touch]: ([key]) => {
      const row = rows.get(key as string);
      if (row) row.at = now();
      return [];
    },
    [statements.openCalls]: ([key]) => {
      const row = rows.get(key as string);
      if (!row) return [];
      const { run_rows, run_tokens, run_usd, run_open, at } = row;
      return [{ rows: run_rows, tokens: run_tokens, usd: run_usd, open: run_open, quiet_ms: now() - at }];
    },
  };
  return {
    does,
    stateOf: (key: string): string | undefined => rows.get(key)?.state,
  };
};

type Numbers = [number, number, number, number, number, number, number];

const nothingStored = { stage: null, response: null, code: null, model: null, target: null, body: null };

const countsOf = (values: readonly unknown[]): Record<string, unknown> => {
  const [input, output, cacheRead, cacheWrite, tier, latencyMs, requestId] = values;
  return {
    ...{ input_tokens: asText(input), output_tokens: asText(output) },
    ...{ cache_read_tokens: asText(cacheRead), cache_write_tokens: asText(cacheWrite) },
    ...{ service_tier: tier, latency_ms: latencyMs, request_id: requestId },
  };
};

/** The client gives big numbers as text. */
const asText = (value: unknown): string | null => (value === null || value === undefined ? null : `${value}`);

/** A server with the table, behind connections that break. */
export const createPostgres = (
  time: Time,
  chance: Chance,
  renewed: (run: string) => void,
  weather: PostgresWeather,
): VirtualPostgres => {
  const table = createTable(time.date, renewed);
  const connections = (life: Life): Connections => ({
    end: async () => undefined,
    query: ({ text, values = [], query_timeout = 10_000 }) =>
      new Promise((resolve, reject) => {
        const fails = (ms: number, message: string, code?: string): void =>
          time.after(ms, () => reject(Object.assign(new Error(message), code && { code })), life);
        const ms = (): number => postgres.weather.askMs * chance.next();
        const fault = postgres.isAway ? "no connection" : chance.meet(postgres.weather.faults);
        if (fault === "no connection") return fails(ms(), "connect ECONNREFUSED", "ECONNREFUSED");
        if (fault === "too busy") return fails(ms(), "sorry, too many clients already", "53300");
        if (fault === "shut down") return fails(ms(), "terminating connection", "57P01");
        if (fault === "cut before it came") return fails(ms(), "Connection terminated unexpectedly");
        fails(query_timeout, "Query read timeout");
        // The server does it, whether its process lives or not.
        time.after(ms() + (fault === "done late" ? 2 * query_timeout * chance.next() : 0), () => {
          if (postgres.isAway) return fails(ms(), "Connection terminated unexpectedly");
          const rows = table.does[text]?.(values);
          if (!rows) return fails(ms(), `unknown statement: ${text}`, "42601");
          if (fault === "cut before its answer") fails(ms(), "Connection terminated unexpectedly");
          else if (fault !== "no answer") time.after(ms(), () => resolve({ rows }), life);
        });
      }),
  });
  const postgres: VirtualPostgres = {
    ...{ weather, isAway: false, stateOf: table.stateOf },
    connectOf: (life) => async () => {
      await connections(life).query({ text: statements.lookAtColumns });
      return connections(life);
    },
  };
  return postgres;
};
