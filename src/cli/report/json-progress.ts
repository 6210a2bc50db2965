import type { Progress } from "../../index.js";
import type { Terminal } from "./terminal.js";

/**
 * Returns what takes the counts of a run, and says one line of JSON about them a second, for whatever watches the run:
 * a heartbeat also while no row ends.
 */
export const jsonProgress = (
  { every }: Pick<Terminal, "every">,
  say: (line: string) => void,
  seconds: () => number,
): ((progress: Readonly<Progress>) => void) => {
  let latest: Readonly<Progress> | undefined;
  every(1000, () => {
    if (latest) say(JSON.stringify(lineOf(latest, seconds())));
  });
  return (progress) => {
    latest = progress;
  };
};

const lineOf = (progress: Readonly<Progress>, seconds: number) => ({
  type: "progress",
  seconds: Math.round(seconds),
  received: progress.received,
  enriched: progress.enriched,
  failed: progress.failed,
  held: progress.held,
  not_sent: progress.notSent,
  in_flight: progress.inFlight,
  waiting: progress.waiting,
  calls: progress.calls,
  input_tokens: progress.inputTokens,
  output_tokens: progress.outputTokens,
});
