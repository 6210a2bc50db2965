/**
 * Thousands of rows, faults of every kind and dozens of kills: no row may be lost and none paid for twice. Prints
 * one line of totals and ends with 1 when that does not hold. `node --import tsx/esm spec/soak/soak.ts [rows] [kills]`
 */
import "../support/environment.js";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fault, startEmulator } from "../../src/testing/emulator/index.js";
import { type Ending, type Moment, runAndKill } from "../run/ledger/killing.js";
import { localConfig } from "../support/sync-config.js";
import { type Rule, tellBroken } from "./rules.js";

const [rowCount = 2_000, kills = 50] = process.argv.slice(2).map(Number);
const rows = Array.from({ length: rowCount }, (_, id) => ({ id, text: `Mail number ${id}.` }));
const concurrency = 16;

const faults: Fault[] = [
  { kind: "error", status: 429, type: "ThrottlingException", message: "Slow.", retryAfter: 0, rate: 0.03 },
  { kind: "error", status: 503, type: "ServiceUnavailableException", message: "Busy.", rate: 0.01 },
  { kind: "error", status: 500, type: "InternalServerException", message: "Oh.", billed: true, rate: 0.01 },
  { kind: "reset_before", rate: 0.01 },
  { kind: "reset_after", rate: 0.02 },
  { kind: "torn_body", rate: 0.02 },
  { kind: "stall_headers", rate: 0.005 },
];

/** After some requests, or after some bytes of the ledger: in the middle of whatever is going on then. */
const anyMoment = (): Moment => {
  const share = (2 * rowCount) / kills;
  if (Math.random() < 0.5) {
    const goal = Math.floor(Math.random() * share);
    return ({ requests }) => requests >= goal;
  }
  const growth = Math.floor(Math.random() * share * 700);
  let goal = Number.NaN;
  return ({ ledger }) => {
    if (Number.isNaN(goal)) goal = ledger.length + growth;
    return ledger.length >= goal;
  };
};

const count = (endings: readonly Ending[], status: string): number =>
  endings.filter((ending) => ending.status === status).length;

const folder = mkdtempSync(join(tmpdir(), "ledger-soak-"));
const bedrock = await startEmulator({ latencyMs: 5, faults });
try {
  const file = join(folder, "ledger");
  const config = (changes: Record<string, unknown>) =>
    localConfig(bedrock.url, {
      ledger: file,
      max_concurrency: concurrency,
      request_timeout_seconds: 1,
      ...changes,
    });
  const startedAt = performance.now();
  const moments = Array.from({ length: kills }, anyMoment);
  const { endings, left } = await runAndKill({ bedrock, config: config({}), rows, file }, moments);
  const held = bedrock.stats();
  // The rest on the user's word, without faults: now every row must come out.
  bedrock.setFaults([]);
  const rest = await runAndKill({ bedrock, config: config({ on_unknown: "retry" }), rows, file }, []);
  const end = bedrock.stats();

  const numbers = {
    rows: rows.length,
    kills: left.length,
    enriched: count(endings, "enriched"),
    held: count(endings, "held"),
    failed: count(endings, "failed"),
    not_sent: count(endings, "not_sent"),
    requests: held.requests,
    billed: held.billed,
    paid_twice: held.billed - held.distinct_billed,
    enriched_after_retry: count(rest.endings, "enriched"),
    paid_twice_after_retry: end.billed - end.distinct_billed,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    faults: held.faults,
  };
  console.log(JSON.stringify(numbers));

  const inOrder = (list: readonly Ending[]) =>
    list.length === rows.length && list.every(({ id }, index) => id === index);
  const rules: readonly Rule[] = [
    ["every row came out, in order", inOrder(endings) && inOrder(rest.endings)],
    ["every row is enriched, held or failed for its answer", numbers.not_sent === 0],
    ["no row was paid for twice", numbers.paid_twice === 0],
    [
      "each row that is not enriched is named",
      endings.every((row) => (row.status === "enriched") !== !!row.code),
    ],
    ["with on_unknown: retry every row is enriched", numbers.enriched_after_retry === rows.length],
    [
      "only rows of unknown outcome were paid for again",
      numbers.paid_twice_after_retry <= numbers.held + numbers.failed,
    ],
    ["every row was paid for", end.distinct_billed === rows.length],
  ];
  tellBroken(rules);
} finally {
  await bedrock.close();
  rmSync(folder, { recursive: true, force: true });
}
