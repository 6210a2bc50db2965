/**
 * Processes that share one PostgreSQL ledger and the same rows, under faults, each killed again and again: no row may be
 * lost and none paid for twice. Prints one line of totals and ends with 1 when that does not hold.
 * `node --import tsx/esm spec/soak/many-processes.ts [rows] [kills] [processes]`
 */
import "../support/environment.js";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Fault, startEmulator } from "../../src/testing/emulator/index.js";
import { startPostgres } from "../support/postgres.js";
import { localConfig } from "../support/sync-config.js";
import { type Rule, tellBroken } from "./rules.js";

const [rowCount = 400, kills = 24, processes = 4] = process.argv.slice(2).map(Number);
const rows = Array.from({ length: rowCount }, (_, id) => ({ id, text: `Mail number ${id}.` }));
const script = fileURLToPath(new URL("../run/ledger/child.js", import.meta.url));

const faults: Fault[] = [
  { kind: "error", status: 429, type: "ThrottlingException", message: "Slow.", retryAfter: 0, rate: 0.03 },
  { kind: "error", status: 503, type: "ServiceUnavailableException", message: "Busy.", rate: 0.01 },
  { kind: "error", status: 500, type: "InternalServerException", message: "Oh.", billed: true, rate: 0.01 },
  { kind: "reset_before", rate: 0.01 },
  { kind: "reset_after", rate: 0.02 },
];

const postgres = await startPostgres();
if (typeof postgres === "string") throw new Error(postgres);
const bedrock = await startEmulator({ latencyMs: 20, faults });
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
let killed = 0;
let isOver = false;

/** A lease lasts longer than anybody wants to wait here: those of the dead end at once. */
const endLeases = (child: ChildProcess): Promise<unknown> =>
  postgres
    .query("UPDATE bedrock_ledger SET lease_until = now() WHERE state = 'intent' AND worker LIKE $1", [
      `${child.pid}@%`,
    ])
    // The first one may die before there is a table.
    .catch(() => undefined);

/** One worker, started again whenever it was killed. What it says of its rows when it comes to its end. */
const work = async (): Promise<string[]> => {
  const config = localConfig(bedrock.url, {
    ledger: postgres.connectionString.replace("postgresql:", "postgres:"),
    max_concurrency: 4,
    request_timeout_seconds: 2,
  });
  for (;;) {
    const args = [script, JSON.stringify({ config, rows })];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    running.add(child);
    const output = text(child.stdout);
    const [code] = await once(child, "close");
    running.delete(child);
    await endLeases(child);
    if (code === 0)
      return (await output)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).status);
  }
};

const kill = async (): Promise<void> => {
  while (killed < kills && !isOver) {
    const before = bedrock.stats().requests;
    const goal = before + Math.ceil((Math.random() * 1.5 * rowCount) / kills);
    const until = performance.now() + 1_500;
    while (bedrock.stats().requests < goal && performance.now() < until && !isOver) await delay(5);
    const victim = [...running][Math.floor(Math.random() * running.size)];
    if (victim?.kill("SIGKILL")) killed++;
  }
};

try {
  const startedAt = performance.now();
  const killing = kill();
  const statuses = await Promise.all(Array.from({ length: processes }, work));
  isOver = true;
  await killing;
  const { requests, billed, distinct_billed, faults: met } = bedrock.stats();
  const states = await postgres.query(
    "SELECT state, count(*)::int AS rows FROM bedrock_ledger WHERE state <> 'run' GROUP BY state ORDER BY state",
  );
  const count = (state: string): number => Number(states.find((row) => row.state === state)?.rows ?? 0);
  const numbers = {
    ...{ processes, rows: rowCount, kills: killed, calls: requests, billed },
    ...{ answered: count("received"), held: count("unknown"), open: count("intent") },
    paid_twice: billed - distinct_billed,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    faults: met,
  };
  console.log(JSON.stringify(numbers));
  const named = (list: readonly string[]) =>
    list.every((status) => status === "enriched" || status === "held");
  const rules: readonly Rule[] = [
    ["every process told of every row", statuses.every((list) => list.length === rowCount && named(list))],
    ["no row was paid for twice", numbers.paid_twice === 0],
    ["every row is answered or held", numbers.answered + numbers.held === rowCount && numbers.open === 0],
  ];
  tellBroken(rules);
} finally {
  await bedrock.close();
  await postgres.stop();
}
