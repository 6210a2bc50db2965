import type { ErrorCode } from "../../../core/errors.js";
import { type Entry, isInJob, standingOf } from "../entry.js";
import type { JobStage } from "../job.js";
import { ofJob } from "./statements.js";

/** A row of the table, as the client reads it: big numbers are text. */
export interface StoredRow {
  readonly key: string;
  readonly state: Entry["state"];
  readonly version: string;
  readonly at_ms: string;
  readonly live: boolean;
  readonly expired: boolean;
  readonly claim: string | null;
  /** Of the batch job that the claim is of. */
  readonly stage: JobStage | null;
  readonly model: string | null;
  readonly target: string | null;
  readonly body: string | null;
  readonly response: string | null;
  readonly code: string | null;
  readonly input_tokens: string | null;
  readonly output_tokens: string | null;
  readonly cache_read_tokens: string | null;
  readonly cache_write_tokens: string | null;
  readonly service_tier: string | null;
  readonly latency_ms: number | null;
  readonly request_id: string | null;
}

/** An entry that counts: see `Ledger.find`. */
export const toEntry = (row: StoredRow): Entry | null => {
  const entry = readEntry(row);
  return isInJob(entry) ? standingOf(entry, row.stage ?? undefined) : entry;
};

const readEntry = (row: StoredRow): Entry => {
  const { key, state, claim } = row;
  const at = Math.round(Number(row.at_ms));
  const job = claim?.startsWith(ofJob) ? { job: claim.slice(ofJob.length) } : {};
  if (state === "received")
    return {
      ...{ state, key, at, ...job, response: row.response ?? "" },
      input_tokens: number(row.input_tokens),
      output_tokens: number(row.output_tokens),
      ...(row.cache_read_tokens !== null && { cache_read_tokens: Number(row.cache_read_tokens) }),
      ...(row.cache_write_tokens !== null && { cache_write_tokens: Number(row.cache_write_tokens) }),
      ...(row.service_tier !== null && { service_tier: row.service_tier }),
      latency_ms: row.latency_ms,
      request_id: row.request_id,
    };
  const call = claim === null || "job" in job ? job : { claim };
  const sent = { ...call, model: row.model ?? "", target: row.target ?? "", body: row.body ?? "" };
  if (state === "intent") return { state, key, at, ...sent };
  return { state, key, at, ...sent, code: (row.code ?? "outcome_unknown") as ErrorCode };
};

const number = (text: string | null): number | null => (text === null ? null : Number(text));

/** The parameters of `settle` for an entry that ends a call. */
export const outcomeOf = (entry: Entry, claim: string): unknown[] => {
  const isAnswer = entry.state === "received";
  const sent = isAnswer ? [null, null, null] : [entry.model, entry.target, clean(entry.body)];
  if (!isAnswer)
    return [
      entry.key,
      entry.state,
      claim,
      ...sent,
      null,
      "code" in entry ? entry.code : null,
      ...Array(7).fill(null),
    ];
  return [
    ...[entry.key, entry.state, claim, ...sent, clean(entry.response), null],
    ...[entry.input_tokens, entry.output_tokens],
    ...[entry.cache_read_tokens ?? null, entry.cache_write_tokens ?? null, entry.service_tier ?? null],
    ...[entry.latency_ms, entry.request_id],
  ];
};

/** PostgreSQL's texts have no NUL, and no JSON has one that is not escaped. */
export const clean = (text: string): string => text.replaceAll("\0", "\\u0000").toWellFormed();
