import { pMapIterable } from "p-map";
import type { JobState } from "../bedrock/jobs.js";
import { listObjects, openObject } from "../bedrock/objects.js";
import { ownWords, withoutRows } from "../bedrock/sayable.js";
import { ConnectorError, type ErrorCode } from "../core/errors.js";
import { isObject, type JsonObject, tryParseJson } from "../core/json.js";
import { readerOf } from "../enrich/reader.js";
import { requestOf } from "../enrich/request.js";
import { batchTier } from "../models/prices/rates.js";
import { isBounded, toShare, worstCase } from "../run/budget.js";
import { type Intent, isInJob } from "../run/ledger/entry.js";
import type { JobEntry, JobReport } from "../run/ledger/job.js";
import { nothing, type Purse } from "../run/purse.js";
import { toEntry } from "../run/record-and-reuse.js";
import { after, type Door, holding } from "./door.js";
import { linesOf } from "./lines.js";
import { readRecord } from "./read-record.js";

/**
 * Reads all that a job has written, whatever its end, and writes what became of each call into the ledger. What it has not come
 * to is free to go again if the numbers of its lines say so, and unknown otherwise. Done again after a crash, it goes on.
 * @throws ConnectorError, FileFailure
 */
export const readOutput = (
  door: Door,
  job: JobEntry,
  state: JobState,
  purse: Purse | null,
): Promise<JobEntry> =>
  holding(door, async () => {
    const { ledger, clock, store } = door;
    const counts = { lines: 0, answered: 0, refused: 0, unknown: 0, elsewhere: 0, strange: 0 };
    const tokens = { input: 0, output: 0, untold: 0 };
    const first: Partial<Record<ErrorCode, string>> = {};
    const read = readerOf(door.plan);
    const folder = `${job.plan.output}${idOf(state.arn)}/`;
    const isOurs = purse !== null && isBounded(door.ceilings);

    const take = async (line: string): Promise<void> => {
      if (line.trim() === "") return;
      counts.lines++;
      const record = readRecord(line);
      const entry = record && keyPattern.test(record.key) ? await ledger.find(record.key) : null;
      if (!record || !entry) {
        counts.strange++;
        return;
      }
      // Its call has gone another way since: the line is of this job all the same, and says nothing new.
      if (entry.job !== job.key) {
        counts.elsewhere++;
        return;
      }
      const { key } = record;
      const request = isInJob(entry) ? entry : null;
      const body = request?.body ?? "";
      const worst = isOurs && request ? worstOf(door, request) : null;
      if ("answer" in record) {
        const counted = { serviceTier: batchTier };
        const raw = { body: record.answer, counts: counted, latencyMs: null, requestId: null, attempts: 1 };
        const answer = read({ body }, raw);
        counts.answered++;
        const { inputTokens, outputTokens } = answer.usage;
        if (inputTokens === null || outputTokens === null) tokens.untold++;
        tokens.input += inputTokens ?? 0;
        tokens.output += outputTokens ?? 0;
        if (request) await ledger.append({ ...toEntry(key, answer, clock.date()), job: job.key });
        if (worst) await purse?.settle(worst, toShare(answer, worst, door.ceilings));
        return;
      }
      const { code, billed, words } = record;
      counts[billed === "no" ? "refused" : "unknown"]++;
      first[code] ??= withoutRows(words, { own: ownWords(door.plan.connection, undefined), body });
      if (!request) return;
      const { model, target } = request;
      const end = billed === "no" ? "refused" : "unknown";
      await ledger.append({ state: end, key, at: clock.date(), job: job.key, model, target, body, code });
      if (worst) await purse?.settle(worst, billed === "no" ? nothing : worst);
    };

    let manifest: Manifest | null = null;
    let files = 0;
    for await (const { address } of listObjects(folder, store)) {
      if (/\/manifest\.[^/]*$/.test(address)) manifest = readManifest(await wholeText(door, address));
      else if (/\.jsonl\.out$/.test(address)) {
        files++;
        const lines = linesOf((await openObject(address, store)).stream());
        for await (const _ of pMapIterable(lines, take, {
          concurrency: readAtOnce,
          backpressure: readAtOnce,
        }));
      }
    }
    door.at("read");

    const remarks: string[] = [];
    const processed =
      manifest?.processed ?? state.processed ?? (files === 0 && !mustHaveOutput.has(state.status) ? 0 : null);
    const agrees = processed === counts.lines - counts.strange;
    if (!agrees)
      remarks.push(
        `the service says that it worked on ${processed ?? "an unknown number of"} records, and its output has ${counts.lines - counts.strange}`,
      );
    if (counts.strange > 0) remarks.push(`${counts.strange} lines of the output are of no call of this job`);
    if (counts.elsewhere > 0)
      remarks.push(`${counts.elsewhere} lines of the output are of calls that went another way meanwhile`);
    let unprocessed = 0;
    let lost = 0;
    const never = agrees && counts.lines === 0;
    // Nothing was worked on: the calls are as if they had never been planned.
    if (!never)
      for await (const call of ledger.callsOf(job.key)) {
        const { key, model, target, body } = call;
        const worst = isOurs ? worstOf(door, call) : null;
        if (worst) await purse?.settle(worst, agrees ? nothing : worst);
        const end = agrees
          ? ({ state: "refused", code: "batch_unprocessed" } as const)
          : ({ state: "unknown", code: "outcome_unknown" } as const);
        if (agrees) unprocessed++;
        else lost++;
        await ledger.append({ ...end, key, at: clock.date(), job: job.key, model, target, body });
      }
    if (tokens.untold === 0 && manifest?.tokens && counts.answered > 0) {
      const [input, output] = manifest.tokens;
      if (input !== tokens.input || output !== tokens.output)
        remarks.push(
          `the service counts ${input} tokens in and ${output} out, and the answers ${tokens.input} and ${tokens.output}`,
        );
    }
    for (const [code, words] of Object.entries(first)) remarks.push(`${code}: ${words}`);
    const [input_tokens, output_tokens] = manifest?.tokens ?? [tokens.input, tokens.output];
    const report: JobReport = {
      status: state.status,
      ...(state.message !== null && { message: state.message }),
      processed: counts.lines - counts.strange,
      answered: counts.answered,
      refused: counts.refused,
      unknown: counts.unknown + lost,
      unprocessed,
      ...{ input_tokens, output_tokens, remarks },
    };
    const settled = after(job, clock, { stage: never ? "refused" : "settled", report });
    await ledger.appendJob(settled);
    door.at("settled");
    return settled;
  });

/** Jobs with other ends may not have begun. */
const mustHaveOutput: ReadonlySet<string> = new Set(["Completed", "PartiallyCompleted"]);

const readAtOnce = 200;
const keyPattern = /^[0-9a-f]{32}$/;

/** The last part of a job's ARN, which its output's folder is called by. */
export const idOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

interface Manifest {
  readonly processed: number | null;
  readonly tokens: readonly [input: number, output: number] | null;
}

const readManifest = (text: string): Manifest | null => {
  const json = tryParseJson(text);
  if (!isObject(json)) return null;
  const { processedRecordCount: processed, inputTokenCount: input, outputTokenCount: output } = json;
  return {
    processed: typeof processed === "number" ? processed : null,
    tokens: typeof input === "number" && typeof output === "number" ? [input, output] : null,
  };
};

const wholeText = async ({ store }: Door, address: string): Promise<string> => {
  const object = await openObject(address, store);
  const pieces: Buffer[] = [];
  for await (const piece of object.stream()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

/** What was set aside for a call when it was planned. */
const worstOf = ({ plan, ceilings }: Door, { key, model: modelId, body }: Intent) => {
  const parsed = (tryParseJson(body) ?? {}) as JsonObject;
  const share = worstCase(requestOf(plan, { key, modelId, body }, parsed), ceilings);
  return share instanceof ConnectorError ? null : share;
};
