import { measure, type Run } from "../measure.js";
import { type Section, table } from "../report.js";
import { spread } from "../statistics.js";
import { withPostgres } from "../with-postgres.js";

interface Place {
  readonly title: string;
  /** A file of the run's own where it is left out. */
  readonly ledger?: string | Error;
}

/** What a row costs the connector with each place for its ledger. BENCH_POSTGRES names a server of the user's own. */
export const ledgers = (quick: boolean): Promise<Section> =>
  withPostgres(async (url) => {
    const own = process.env.BENCH_POSTGRES;
    const places: readonly Place[] = [
      { title: "none", ledger: "" },
      { title: "a file" },
      { title: "PostgreSQL on this machine", ledger: url },
      ...(own ? [{ title: "PostgreSQL of BENCH_POSTGRES", ledger: own }] : []),
    ];
    const runs = new Map<Place, Run[]>(places.map((place) => [place, []]));
    for (let round = 0; round < (quick ? 1 : 3); round++)
      for (const [place, done] of runs)
        if (!(place.ledger instanceof Error)) done.push(await measure(jobOf(place.ledger, quick), atOnce));
    const rows = [...runs].map(([{ title, ledger }, done]) =>
      ledger instanceof Error ? [title, `did not run: ${ledger.message}`, "", ""] : [title, ...cells(done)],
    );
    return { part: "ledgers", title: "A ledger's cost", text: `${legend}\n\n${table(head, rows)}` };
  });

const atOnce = { latencyMs: 0 };

const jobOf = (ledger: string | undefined, quick: boolean) => {
  const rows = quick ? 2_000 : 6_000;
  return {
    ...{ client: "ours", rows, warmUp: rows / 2, concurrency: 50, maxTokens: 200 },
    modelId: "us.amazon.nova-lite-v1:0",
    ...(ledger !== undefined && { settings: { ledger } }),
  };
};

const head = ["ledger", "µs a row", "rows a second", "failed rows"];
const legend = `User and system time of the connector's process, 50 calls at a time and an answer at once, so that the rows a second
are the most that the ledger lets through here. Both ledgers sync their disk. Median (min to max).`;

const cells = (runs: readonly Run[]): string[] => [
  spread(
    runs.map(({ client }) => (1000 * client.cpuMs) / client.rows),
    0,
  ),
  spread(
    runs.map(({ client }) => (1000 * client.rows) / client.wallMs),
    0,
  ),
  String(
    Math.max(...runs.map(({ client }) => Object.values(client.failures).reduce((sum, n) => sum + n, 0))),
  ),
];
