import type { Progress } from "../../index.js";
import { count, counted, duration } from "./amounts.js";

/** What a progress line is drawn from. */
interface Moment {
  progress: Readonly<Progress>;
  /** The share of the input that was handed over, 0 to 1; undefined when its size is not known. */
  fraction: number | undefined;
  seconds: number;
}

/** One line of at most `width` characters; what does not fit is left out. Pure. */
export const progressLine = ({ progress, fraction, seconds }: Moment, width: number): string => {
  const { received, inFlight, failed, held, notSent, waiting } = progress;
  const done = received - inFlight;
  // Rows are read ahead, so the share of the input that is done is less than the share that was handed over.
  const share = fraction === undefined || received === 0 ? undefined : (fraction * done) / received;
  const unenriched = failed + held + notSent;
  const parts = [
    share === undefined ? "" : `${bar(share)} ${Math.floor(share * 100)}%`,
    counted(done, "row"),
    seconds > 0 ? `${rate(done / seconds)} rows/s` : "",
    share && share < 1 ? `${duration((seconds / share) * (1 - share))} left` : "",
    unenriched > 0 ? `${count(unenriched)} not enriched` : "",
    waiting > 0 ? `${count(waiting)} waiting to be sent again` : "",
    `${count(inFlight)} in flight`,
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
