import { ownWords, withoutRows } from "../../bedrock/sayable.js";
import { ConnectorError, type ErrorCode } from "../../core/errors.js";
import { type JsonObject, tryParseJson } from "../../core/json.js";
import { readerOf } from "../../enrich/reader.js";
import { requestOf } from "../../enrich/request.js";
import { batchTier } from "../../models/prices/rates.js";
import { isBounded, toShare } from "../../run/budget.js";
import { type Intent, isInJob } from "../../run/ledger/entry.js";
import { createKeyIndex } from "../../run/ledger/index-by-key.js";
import type { JobEntry } from "../../run/ledger/job.js";
import { type Deposit, nothing, type Share } from "../../run/purse.js";
import { toEntry } from "../../run/record-and-reuse.js";
import type { Door } from "../door.js";
import { shareOf } from "../plan/share.js";
import { readRecord } from "./read-record.js";

/** Lines of a job's output, as they are taken, in numbers. */
export interface Taken {
  /** Records by what became of them, each once. */
  readonly counts: {
    received: number;
    refused: number;
    unknown: number;
    /** Those of them whose calls went another way meanwhile. */
    elsewhere: number;
    /** Lines of no call that the ledger knows, and lines of a record that had one. */
    strange: number;
    again: number;
  };
  /** Of the answers; `untold`: those that count none. */
  readonly tokens: { input: number; output: number; untold: number };
  /** The service's words on the first record of each refusal. */
  readonly words: ReadonlyMap<ErrorCode, string>;
  take(line: string): Promise<void>;
}

/** Takes lines in any order, many at once, and writes what became of each call of a job into the ledger. */
export const takeLines = (door: Door, job: JobEntry, purse: Deposit | null): Taken => {
  const { ledger, clock } = door;
  const counts = { received: 0, refused: 0, unknown: 0, elsewhere: 0, strange: 0, again: 0 };
  const tokens = { input: 0, output: 0, untold: 0 };
  const words = new Map<ErrorCode, string>();
  /** What became of the records whose lines were taken. */
  const ends = createKeyIndex();
  const read = readerOf(door.plan);
  const take = async (line: string): Promise<void> => {
    if (line.trim() === "") return;
    const record = readRecord(line);
    const entry = record && keyPattern.test(record.key) ? await ledger.find(record.key) : null;
    if (!record || !entry) {
      counts.strange++;
      return;
    }
    const { key } = record;
    const end = "answer" in record ? "received" : record.billed === "no" ? "refused" : "unknown";
    const before = ends.get(key)?.state as typeof end | undefined;
    if (before) {
      counts.again++;
      // Of the lines of one record an answer counts, wherever it stands.
      if (before === "received" || end !== "received") return;
      counts[before]--;
    }
    counts[end]++;
    ends.set(key, { offset: 0, state: end });
    // Its call has gone another way since: the line is of this job all the same, and says nothing new.
    if (entry.job !== job.key) {
      if (!before) counts.elsewhere++;
      return;
    }
    const request = isInJob(entry) || (before && entry.state !== "received") ? entry : null;
    const body = request?.body ?? "";
    const worst = purse && request && worstOf(door, request);
    if ("answer" in record) {
      const counted = { serviceTier: batchTier };
      const raw = { body: record.answer, counts: counted, latencyMs: null, requestId: null, attempts: 1 };
      const answer = read({ body }, raw);
      const { inputTokens, outputTokens } = answer.usage;
      if (inputTokens === null || outputTokens === null) tokens.untold++;
      tokens.input += inputTokens ?? 0;
      tokens.output += outputTokens ?? 0;
      if (request) await ledger.append({ ...toEntry(key, answer, clock.date()), job: job.key });
      const taken = before === "refused" ? nothing : worst;
      if (worst && taken)
        await purse.settle(taken, toShare(answer, worst, door.plan.connection.ceilings), before ? 0 : 1);
      return;
    }
    const { code, billed, words: said } = record;
    if (!words.has(code))
      words.set(code, withoutRows(said, { own: ownWords(door.plan.connection, undefined), body }));
    if (!request) return;
    const { model, target } = request;
    await ledger.append({
      state: end as "refused" | "unknown",
      key,
      at: clock.date(),
      job: job.key,
      model,
      target,
      body,
      code,
    });
    if (worst) await purse.settle(worst, billed === "no" ? nothing : worst);
  };
  return { counts, tokens, words, take };
};

const keyPattern = /^[0-9a-f]{32}$/;

/** What was set aside for a call when it was planned; `null` for a run without ceilings. */
export const worstOf = (
  { plan }: Pick<Door, "plan">,
  { key, model: modelId, body }: Pick<Intent, "key" | "model" | "body">,
): Share | null => {
  if (!isBounded(plan.connection.ceilings)) return null;
  const parsed = (tryParseJson(body) ?? {}) as JsonObject;
  const share = shareOf(plan, requestOf(plan, { key, modelId, body }, parsed));
  return share instanceof ConnectorError ? null : share;
};
