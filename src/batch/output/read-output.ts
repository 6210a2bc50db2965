import { text as textOf } from "node:stream/consumers";
import { pMapIterable } from "p-map";
import type { JobState } from "../../bedrock/jobs.js";
import { listObjects, openObject } from "../../bedrock/objects.js";
import { isObject, tryParseJson } from "../../core/json.js";
import type { JobEntry, JobReport } from "../../run/ledger/job.js";
import { type Deposit, nothing } from "../../run/purse.js";
import { countCalls, type Door, holding } from "../door.js";
import { move } from "../job/step.js";
import { linesOf } from "./lines.js";
import { takeLines, worstOf } from "./take-lines.js";
import { areFree, workedOn } from "./what-is-missing.js";

/**
 * Reads all that a job has written, whatever its end, and writes what became of each call into the ledger. What it has not come
 * to is free to go again if the numbers of its lines say so, and unknown otherwise. Done again after a crash, it goes on.
 * @throws ConnectorError, FileFailure
 */
export const readOutput = (
  door: Door,
  job: JobEntry,
  state: JobState,
  purse: Deposit | null,
): Promise<JobEntry> =>
  holding(door, async () => {
    const { ledger, clock, store } = door;
    const { counts, tokens, words, take } = takeLines(door, job, purse);
    let manifest: Manifest | null = null;
    let files = 0;
    for await (const { address } of listObjects(folderOf(job, state), store)) {
      if (isManifest(address)) manifest = readManifest(await wholeText(door, address));
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

    const found = counts.received + counts.refused + counts.unknown;
    const planned = job.plan.files.reduce((sum, { records }) => sum + records, 0);
    const missing = counts.elsewhere > 0 ? await countCalls(door, job.key) : planned - found;
    const told = {
      ...{
        manifest: manifest?.processed ?? null,
        state: state.processed,
        before: job.report?.processed ?? null,
      },
      ...{ found, missing, planned, hasOutput: files > 0, status: state.status },
    };
    const [processed, isFree] = [workedOn(told), areFree(told)];
    const remarks: string[] = [];
    if (!isFree)
      remarks.push(
        `the service says that it worked on ${processed ?? "an unknown number of"} records, and its output has ${found}`,
      );
    for (const [lines, what] of [
      [counts.again, "repeat a record"],
      [counts.strange, "are of no call of this job"],
      [counts.elsewhere, "are of calls that went another way meanwhile"],
    ] as const)
      if (lines > 0) remarks.push(`lines of the output that ${what}: ${lines}`);
    // Nothing was worked on: the calls are as if they had never been planned.
    const isUntouched = isFree && found === 0;
    if (!isUntouched)
      for await (const call of ledger.callsOf(job.key)) {
        const { key, model, target, body } = call;
        const worst = purse && worstOf(door, call);
        if (worst) await purse.settle(worst, isFree ? nothing : worst);
        const end = isFree
          ? ({ state: "refused", code: "batch_unprocessed" } as const)
          : ({ state: "unknown", code: "outcome_unknown" } as const);
        await ledger.append({ ...end, key, at: clock.date(), job: job.key, model, target, body });
      }
    const rest = Math.max(missing, planned - found);
    if (tokens.untold === 0 && manifest?.tokens && counts.received > 0) {
      const [input, output] = manifest.tokens;
      if (input !== tokens.input || output !== tokens.output)
        remarks.push(
          `the service counts ${input} tokens in and ${output} out, and the answers ${tokens.input} and ${tokens.output}`,
        );
    }
    for (const [code, said] of words) remarks.push(`${code}: ${said}`);
    const [input_tokens, output_tokens] = manifest?.tokens ?? [tokens.input, tokens.output];
    const report: JobReport = {
      status: state.status,
      ...(state.message !== null && { message: state.message }),
      processed: processed ?? Math.max(found, told.before ?? 0),
      answered: counts.received,
      refused: counts.refused,
      unknown: counts.unknown + (isFree ? 0 : rest),
      unprocessed: isFree ? rest : 0,
      ...{ input_tokens, output_tokens, remarks },
    };
    const came = isUntouched ? "untouched" : isFree ? "whole" : "partly";
    const settled = await move(door, job, "read", came, { report });
    door.at("settled");
    return settled.job;
  });

const readAtOnce = 200;

/** Below the folder of a plan, which has one job, is one that is called by the last part of the job's ARN. */
const folderOf = ({ plan }: JobEntry, { arn = "" }: { readonly arn?: string }): string =>
  arn === "" ? plan.output : `${plan.output}${arn.slice(arn.lastIndexOf("/") + 1)}/`;

const isManifest = (address: string): boolean => /\/manifest\.[^/]*$/.test(address);

/** Whether a job has written what it writes at its end. @throws FileFailure */
export const hasEnded = async ({ store }: Door, job: JobEntry): Promise<boolean> => {
  for await (const { address } of listObjects(folderOf(job, job), store))
    if (isManifest(address)) return true;
  return false;
};

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

const wholeText = async ({ store }: Door, address: string): Promise<string> =>
  textOf((await openObject(address, store)).stream());
