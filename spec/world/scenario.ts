import type { ServiceFault, ServiceWeather } from "./bedrock.js";
import { type Chance, chanceOf } from "./chance.js";
import type { DiskWeather } from "./disk.js";
import type { NetworkFault, NetworkWeather } from "./network.js";
import type { PostgresFault, PostgresWeather } from "./postgres.js";

export interface Row {
  readonly id: number;
  readonly text: string;
}

/** What the world does to the connector. */
export interface Weather {
  readonly service: ServiceWeather;
  readonly network: NetworkWeather;
  readonly disk: DiskWeather;
  readonly postgres: PostgresWeather;
}

/** One place in a host that runs a process, and another one after it when it was killed. */
export interface Worker {
  readonly rows: readonly Row[];
  /** How many rows it hands over at once. */
  readonly batch: number;
  /** Whether its batches are one run, by their id. */
  readonly oneRun: boolean;
  /** After how many steps each of its processes is killed; the last one lives. */
  readonly kills: readonly number[];
  /** After how many rows each of its runs is stopped, by its signal or by leaving it. */
  readonly stops: { readonly after: number; readonly by: "signal" | "leaving" } | null;
  /** How long it takes over an outcome. */
  readonly slowMs: number;
  /** How long it stays when its rows are done. */
  readonly lingerMs: number;
  readonly startMs: number;
}

/** All that a seed decides. */
export interface Scenario {
  readonly seed: number;
  /** Odd seeds have a file, even ones a table of PostgreSQL. */
  readonly ledger: "file" | "postgres";
  readonly rows: readonly Row[];
  /** Settings beside the usual ones. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly workers: readonly Worker[];
  readonly weather: Weather;
  /** When the weather clears up, in milliseconds. */
  readonly calmAt: number;
  /** When the power fails for all processes at once, and whether the disk forgets some of what it had. */
  readonly powerCuts: readonly { readonly at: number; readonly rots: boolean }[];
  /** When the database is away, and for how long. */
  readonly outages: readonly { readonly at: number; readonly ms: number }[];
}

export const scenarioOf = (seed: number): Scenario => {
  const chance = chanceOf(seed).of("scenario");
  const { whole, happens, pick } = chance;
  // A few are long, so that what grows with the rows is seen to grow.
  const usual = happens(0.05) ? whole(20, 40) : whole(2, 12);
  const count = seed % 500 < 2 ? whole(300, 600) : usual;
  const rows = Array.from({ length: count }, (_, id) => ({ id, text: textOf(id, chance) }));
  const workers = Array.from({ length: pick([1, 1, 2, 2, 3]) }, () => workerOf(rows, chance));
  return {
    ...{ seed, ledger: seed % 2 === 1 ? "file" : "postgres", rows, workers },
    ...{ settings: settingsOf(count, chance), weather: weatherOf(chance) },
    calmAt: pick([2_000, 20_000, 120_000]),
    powerCuts: Array.from({ length: pick([0, 0, 1, 2]) }, () => ({
      at: whole(10, 4_000),
      rots: happens(0.15),
    })),
    outages: Array.from({ length: pick([0, 0, 0, 1]) }, () => ({
      at: whole(10, 4_000),
      ms: pick([500, 5_000, 15_000, 90_000]),
    })),
  };
};

/** Some rows are equal, and some have what a request has to carry as it is. */
const textOf = (id: number, { happens, whole, pick }: Chance): string => {
  if (id > 0 && happens(0.1)) return `Row ${whole(0, id - 1)}.`;
  return happens(0.1) ? `Row ${id}, ${pick(["\0", "\ud800", "'", '"', "é💶"])}.` : `Row ${id}.`;
};

/** The name of the row that a text comes from. */
export const rowIn = (text: string): string => /Row \d+/.exec(text)?.[0] ?? "?";

const workerOf = (rows: readonly Row[], { happens, whole, pick }: Chance): Worker => {
  const order = happens(0.3) ? [...rows].reverse() : rows;
  return {
    rows: happens(0.3) ? order.slice(whole(0, order.length - 1)) : order,
    batch: pick([1, 3, 1000, 1000]),
    oneRun: happens(0.5),
    kills: Array.from({ length: pick([0, 0, 1, 2, 3]) }, () => whole(1, pick([30, 300]))),
    stops: happens(0.15) ? { after: whole(0, rows.length), by: pick(["signal", "leaving"] as const) } : null,
    slowMs: pick([0, 0, 0, 50, 3_000]),
    lingerMs: pick([0, 0, 0, 200_000]),
    startMs: pick([0, whole(0, 100), whole(0, 3_000)]),
  };
};

const settingsOf = (count: number, { happens, whole, pick }: Chance): Scenario["settings"] => ({
  max_concurrency: pick([1, 2, 5, 500]),
  request_timeout_seconds: pick([1, 5, 30]),
  on_unknown: pick(["hold", "hold", "hold", "hold", "retry", "fail"]),
  ...(happens(0.2) && { max_rows: whole(1, count) }),
  ...(happens(0.2) && { max_tokens_total: whole(300, 300 * count) }),
  ...(happens(0.1) && { max_spend_usd: whole(1, 20 * count) / 1e6 }),
  ...(happens(0.1) && { tolerated_failure_count: whole(0, 3) }),
  ...(happens(0.1) && { requests_per_minute: whole(60, 600) }),
  ...(happens(0.1) && { tokens_per_minute: whole(3_000, 30_000) }),
});

/** A few of the faults at a time, since all at once hide each other. */
const weatherOf = ({ happens, whole, pick }: Chance): Weather => {
  const some = <Name extends string>(names: readonly Name[], share: number): Partial<Record<Name, number>> =>
    Object.fromEntries(
      names.filter(() => happens(share)).map((name) => [name, pick([0.03, 0.1, 0.3])]),
    ) as Partial<Record<Name, number>>;
  const perSecond = whole(2, 50);
  return {
    service: {
      faults: some(serviceFaults, 0.12),
      answerMs: pick([20, 200, 2_000]),
      quota: pick([
        null,
        null,
        { requests_per_second: perSecond },
        { requests_per_second: perSecond, burst: 1 },
        { requests_per_second: perSecond, window_seconds: 5 },
        { tokens_per_minute: whole(5_000, 50_000) },
        { overload_above: whole(1, 5) },
      ]),
    },
    network: some(networkFaults, 0.2),
    disk: {
      accessMs: pick([0.1, 1, 20]),
      flushMs: pick([1, 5, 200]),
      short: pick([0, 0, 0.1]),
      flushFails: pick([0, 0, 0, 0, 0.05]),
      room: pick([1e9, 1e9, 1e9, whole(200, 8_000)]),
    },
    postgres: { faults: some(postgresFaults, 0.15), askMs: pick([1, 20, 300]) },
  };
};

const serviceFaults: readonly ServiceFault[] = [
  ...([
    "throttled",
    "throttled for tokens",
    "throttled by a gateway",
    "throttled for a while",
    "out of tokens for the day",
  ] as const),
  ...(["not ready", "overloaded", "overloaded, as the model says", "failed in the service"] as const),
  ...(["failed in a proxy", "timed out in the service", "failed in the model"] as const),
  ...([
    "refused for its body",
    "too long",
    "no access",
    "empty",
    "a page",
    "cut short",
    "no object",
  ] as const),
  ...(["without content", "filtered", "truncated", "with odd characters"] as const),
];

const networkFaults: readonly NetworkFault[] = [
  ...(["no connection", "cut before it came", "cut before its answer", "cut in its answer"] as const),
  ...(["no answer", "a late answer", "an answer twice"] as const),
];

const postgresFaults: readonly PostgresFault[] = [
  ...(["no connection", "cut before it came", "cut before its answer", "no answer"] as const),
  ...(["done late", "too busy", "shut down"] as const),
];

/** Whether nothing can be lost of what the workers of a run tell each other. */
export const isExact = ({ ledger, workers, powerCuts, outages, weather }: Scenario): boolean =>
  ledger === "file" ||
  (powerCuts.length + outages.length + Object.keys(weather.postgres.faults).length === 0 &&
    workers.every(({ kills, stops }) => kills.length === 0 && stops === null));

/** Weather in which nothing goes wrong. */
export const calm: Weather = {
  service: { faults: {}, answerMs: 20, quota: null },
  network: {},
  disk: { accessMs: 0.1, flushMs: 1, short: 0, flushFails: 0, room: 1e9 },
  postgres: { faults: {}, askMs: 1 },
};
