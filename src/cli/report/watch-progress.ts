import type { Progress } from "../../index.js";
import { progressLine } from "./progress-line.js";
import type { Terminal } from "./terminal.js";

interface Watched {
  /** False where a redrawn line would run into messages on the same screen. */
  drawn: boolean;
  /** What begins, in words, for where no terminal is. */
  opening: string;
  /** The share of the input that was handed over, 0 to 1; undefined when its size is not known. */
  fraction(progress: Readonly<Progress>): number | undefined;
  seconds(): number;
  /** What goes on before the first row has an end, in words. */
  before?: () => string | undefined;
}

/** Returns what takes the counts of a run: it keeps a line about them, and says once that rows wait for Bedrock. */
export const watchProgress = (
  terminal: Terminal,
  { drawn, opening, fraction, seconds, before }: Watched,
): ((progress: Readonly<Progress>) => void) => {
  let latest: Readonly<Progress> | undefined;
  if (drawn) {
    terminal.watch(
      (width) =>
        latest
          ? progressLine({ progress: latest, fraction: fraction(latest), seconds: seconds() }, width)
          : (before?.() ?? "reading rows"),
      opening,
    );
  }
  // While all rows wait none ends, and nobody is called; but the counts are kept up to date.
  let isTold = false;
  terminal.every(250, () => {
    if (isTold || !latest?.waiting) return;
    isTold = true;
    terminal.say("Bedrock throttles, or cannot be reached: rows wait and are sent again for some minutes");
  });
  return (progress) => {
    latest = progress;
  };
};
