import type { Progress } from "../../index.js";
import { count, counted, duration } from "./amounts.js";

/** What a progress line is drawn from. */
interface Moment {
  progress: Readonly<Progress>;
  /** The share of the input that was handed over, 0 to 1; undefined when its size is not known. */
  fraction: number | undefined;
  seconds: number;
}

/**
 * One line of at most `width` characters, what matters most first; what does not fit is left out. A bar is drawn where
 * there is room for one. Pure.
 */
export const progressLine = ({ progress, fraction, seconds }: Moment, width: number): string => {
  const { received, inFlight, failed, held, notSent, waiting, open } = progress;
  const done = received - inFlight;
  // Rows are read ahead, so the share of the input that is done is less than the share that was handed over.
  const share = fraction === undefined || received === 0 ? undefined : (fraction * done) / received;
  const unenriched = failed + held + notSent;
  // Rows that share the answer of an open call have none of their own.
  const inLine = Math.max(0, inFlight - open - waiting);
  const drawsBar = width > 60 && width < Number.POSITIVE_INFINITY;
  const parts = [
    share === undefined ? "" : `${drawsBar ? `${bar(share)} ` : ""}${Math.floor(share * 100)}%`,
    counted(done, "row"),
    `${count(open)} open`,
    waiting > 0 ? `${count(waiting)} to be sent again` : "",
    inLine > 0 ? `${count(inLine)} waiting` : "",
    // Rows that a stop leaves unsent were no work.
    seconds > 0 ? `${rate((done - notSent) / seconds)} rows/s` : "",
    share && share < 1 ? `${duration((seconds / share) * (1 - share))} left` : "",
    unenriched > 0 ? `${count(unenriched)} not enriched` : "",
    `${count(progress.inputTokens + progress.outputTokens)} tokens`,
  ];
  return parts.filter(Boolean).reduce((line, part) => {
    const longer = line === "" ? part : `${line}  ${part}`;
    return longer.length <= width ? longer : line;
  }, "");
};

const barWidth = 20;

function bar(share: number): string {
  return `[${"#".repeat(Math.round(share * barWidth)).padEnd(barWidth, "-")}]`;
}

function rate(value: number): string {
  return value < 10 ? value.toFixed(1) : count(Math.round(value));
}
