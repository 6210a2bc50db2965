import { rm } from "node:fs/promises";
import type { Summary } from "../../index.js";
import { readerGoneCode } from "../reader-gone.js";
import { leftLines, type watchBatch } from "../report/batch-lines.js";
import type { Terminal } from "../report/terminal.js";
import type { RunOutcome } from "./run-summary.js";
import type { WritePlan } from "./write-plan.js";
import type { Target } from "./write-target.js";

/** Ends a run whose batch jobs go on without it. The output is left as it was. */
export const leaveJobs = async (
  { config, detach }: WritePlan,
  {
    batch,
    target,
    terminal,
    seconds,
  }: { batch: ReturnType<typeof watchBatch>; target: Target; terminal: Terminal; seconds: number },
): Promise<RunOutcome> => {
  terminal.stop();
  const part = await target.sink?.leave();
  if (part !== undefined) await rm(part, { force: true });
  const last = batch.last();
  if (last) for (const line of leftLines(last, config)) terminal.say(line);
  const reason = "batch jobs go on without this run";
  return { exitCode: detach ? 0 : 3, reason, seconds };
};

interface Ended {
  readonly summary: Summary;
  readonly failure: string | undefined;
  readonly readerIsGone: boolean;
}

/** What became of a run that came to its end. */
export const verdictOf = (
  { tolerate }: WritePlan,
  { summary, failure, readerIsGone }: Ended,
): Pick<RunOutcome, "exitCode" | "reason"> => {
  const { received, enriched, skipped } = summary;
  const left = received - enriched - skipped;
  if (failure !== undefined) return { exitCode: 1, reason: failure };
  if (readerIsGone) return { exitCode: readerGoneCode, reason: "the reader of the output went away" };
  if (left === 0)
    return {
      exitCode: 0,
      reason: skipped === 0 ? "every row was enriched" : "every row with something to work on was enriched",
    };
  const rest = `${left} of ${received} rows were not enriched`;
  if (tolerate !== undefined && left * 100 <= tolerate * received)
    return { exitCode: 0, reason: `${rest}, which --tolerate ${tolerate} takes` };
  return { exitCode: 3, reason: rest };
};
