import type { BatchProgress, Progress } from "../../index.js";
import { sumOfJobs } from "./batch-lines.js";
import type { Terminal } from "./terminal.js";

/**
 * Returns what takes the counts of a run, and says one line of JSON about them a second, for whatever watches the run:
 * a heartbeat also while no row ends, and while `jobs` are waited for.
 */
export const jsonProgress = (
  { every }: Pick<Terminal, "every">,
  say: (line: string) => void,
  seconds: () => number,
  jobs: () => BatchProgress | undefined = () => undefined,
): ((progress: Readonly<Progress>) => void) => {
  let latest: Readonly<Progress> | undefined;
  every(1000, () => {
    const batch = jobs();
    if (latest || batch) say(JSON.stringify(lineOf(latest, seconds(), batch)));
  });
  return (progress) => {
    latest = progress;
  };
};

const lineOf = (
  progress: Readonly<Progress> | undefined,
  seconds: number,
  batch: BatchProgress | undefined,
) => ({
  type: "progress",
  seconds: Math.round(seconds),
  received: progress?.received ?? 0,
  enriched: progress?.enriched ?? 0,
  failed: progress?.failed ?? 0,
  held: progress?.held ?? 0,
  not_sent: progress?.notSent ?? 0,
  in_flight: progress?.inFlight ?? 0,
  waiting: progress?.waiting ?? 0,
  calls: progress?.calls ?? 0,
  input_tokens: progress?.inputTokens ?? 0,
  output_tokens: progress?.outputTokens ?? 0,
  ...(batch && {
    batch: {
      jobs: batch.jobs.length,
      records: sumOfJobs(batch, "records"),
      processed: sumOfJobs(batch, "processed"),
    },
  }),
});
