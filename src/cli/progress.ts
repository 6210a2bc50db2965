import type { Progress, Summary } from "../index.js";

/** What a progress line is drawn from. */
export interface Moment {
  progress: Readonly<Progress>;
  /** The share of the input that was handed over, 0 to 1; undefined when its size is not known. */
  fraction: number | undefined;
  seconds: number;
}

/** One line of at most `width` characters; what does not fit is left out. Pure. */
export const progressLine = ({ progress, fraction, seconds }: Moment, width: number): string => {
  const { received, inFlight, failed, held, notSent } = progress;
  const done = received - inFlight;
  // Rows are read ahead, so the share of the input that is done is less than the share that was handed over.
  const share = fraction === undefined || received === 0 ? undefined : (fraction * done) / received;
  const unenriched = failed + held + notSent;
  const parts = [
    share === undefined ? "" : `${bar(share)} ${Math.floor(share * 100)}%`,
    rowCount(done),
    seconds > 0 ? `${rate(done / seconds)} rows/s` : "",
    share && share < 1 ? `${duration((seconds / share) * (1 - share))} left` : "",
    unenriched > 0 ? `${count(unenriched)} not enriched` : "",
    `${count(inFlight)} in flight`,
    `${count(progress.inputTokens + progress.outputTokens)} tokens`,
  ];
  return parts.filter(Boolean).reduce((line, part) => {
    const longer = line === "" ? part : `${line}  ${part}`;
    return longer.length <= width ? longer : line;
  }, "");
};

/** The lines printed at the end of a run. `where` names the output. Pure. */
export const summaryLines = (summary: Summary, seconds: number, where: string): string[] => {
  const rows = [
    `${rowCount(summary.received)} in`,
    `${count(summary.enriched)} enriched`,
    ...(["failed", "held", "not_sent", "truncated"] as const)
      .filter((key) => summary[key] > 0)
      .map((key) => `${count(summary[key])} ${key.replace("_", " ")}`),
  ];
  const tokens = `${count(summary.input_tokens)} tokens in, ${count(summary.output_tokens)} out`;
  const errors = Object.entries(summary.errors).flatMap(([code, error]) =>
    error ? [`  ${code}: ${count(error.count)} (${error.message.replace(/\s+/g, " ")})`] : [],
  );
  return [
    `${rows.join(", ")}; ${count(summary.calls)} calls, ${tokens}; ${duration(seconds)}`,
    ...errors,
    `output: ${where}`,
  ];
};

/** Seconds as `4.2 s`, `3 min 5 s` or `2 h 10 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

const barWidth = 20;

function bar(share: number): string {
  return `[${"#".repeat(Math.round(share * barWidth)).padEnd(barWidth, "-")}]`;
}

function rowCount(value: number): string {
  return `${count(value)} ${value === 1 ? "row" : "rows"}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function rate(value: number): string {
  return value < 10 ? value.toFixed(1) : count(Math.round(value));
}
