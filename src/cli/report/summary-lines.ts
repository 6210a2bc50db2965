import type { ErrorCode, Summary } from "../../index.js";
import { count, counted, duration, usd, usdRange } from "./amounts.js";

/** What the end of a run is told from, beside its numbers. */
export interface Ending {
  seconds: number;
  /** Where the rows went; absent where no rows were written. */
  output?: string;
  /** The ledger's path, and the command that sends its held rows again; absent without a ledger. */
  ledger?: { path: string; replay: string } | undefined;
  /** The names of the first row's columns. */
  columns?: readonly string[];
}

/** The lines printed at the end of a run. Pure. */
export const summaryLines = (summary: Summary, { seconds, output, ledger, columns }: Ending): string[] => {
  const { reused, held, not_sent, rejections, max_tokens_advice: advice } = summary;
  const rows = [
    `${counted(summary.received, "row")} in`,
    `${count(summary.enriched)} enriched`,
    ...(["skipped", "failed", "held", "not_sent", "truncated", "repaired", "masked", "empty"] as const)
      .filter((key) => summary[key] > 0)
      .map((key) => `${count(summary[key])} ${key.replace("_", " ")}`),
  ];
  const tokens = `${count(summary.input_tokens)} tokens in, ${count(summary.output_tokens)} out`;
  const heldRows = `  ${count(held)} held: perhaps billed`;
  return [
    `${rows.join(", ")}; ${counted(summary.calls, "call")}, ${tokens}; ${duration(seconds)}`,
    ...(summary.calls > 0 ? [`  ${costLine(summary)}`] : []),
    ...(summary.cache_read_tokens + summary.cache_write_tokens > 0 ? [`  ${cacheLine(summary)}`] : []),
    ...(reused > 0
      ? [
          `  ${count(reused)} from ${ledger ? "the ledger or " : ""}an equal row, at no cost${summary.saved_usd ? ` (${usd(summary.saved_usd)} saved)` : ""}`,
        ]
      : []),
    ...entriesOf(rejections).map(([code, calls]) => `  ${rejected(code, counted(calls, "call"))}`),
    ...(advice
      ? [
          `  99 of 100 answers took at most ${count(advice.output_p99)} of ${count(advice.max_tokens)} tokens: a limit of ` +
            `${count(advice.enough)} would let ${advice.times_the_calls} times as many calls start`,
        ]
      : []),
    ...entriesOf(summary.errors).flatMap(([code, error]) => [
      `  ${code}: ${count(error.count)} (${oneLine(error.message)})`,
      ...(code === "missing_column" && isOnly(error.count, summary) ? columnLines(columns) : []),
    ]),
    ...(held > 0
      ? [
          ledger
            ? `${heldRows}; \`${ledger.replay}\` sends them again; \`reconcile\` in its place looks for their answers in the account's logs`
            : heldRows,
        ]
      : []),
    ...(summary.model_ending ? [`  ${endingLine(summary.model_ending)}`] : []),
    ...(not_sent > 0 && ledger
      ? [`  ${count(not_sent)} not sent: run the same command again: what was answered costs nothing`]
      : []),
    ...(output ? [`output: ${output}`] : []),
    ...(ledger ? [`ledger: ${ledger.path}`] : []),
  ];
};

function endingLine({ model, lifecycle, end_of_life }: NonNullable<Summary["model_ending"]>): string {
  const end =
    end_of_life === null
      ? ""
      : lifecycle === "legacy"
        ? ` and ends on ${end_of_life}`
        : ` since ${end_of_life}`;
  return `${model} is ${lifecycle}${end}: \`bedrock-model migrate\` names living models and rewrites the config`;
}

/** What the run cost beside what was expected; a total that leaves rows out is never shown as one. */
function costLine({ cost_usd, known_cost_usd, unknown_cost_rows, estimated_cost_usd }: Summary): string {
  const estimate = estimated_cost_usd === null ? "" : `; estimated ${usdRange(estimated_cost_usd)}`;
  if (cost_usd !== null) return `cost ${usd(cost_usd)}${cost_usd > 0 ? estimate : ""}`;
  const known = known_cost_usd > 0 ? `, at least ${usd(known_cost_usd)}` : "";
  const rows = `the price or the tokens of ${counted(unknown_cost_rows, "row")} are not known`;
  return `cost unknown${known}: ${rows}${estimate}`;
}

function cacheLine({ cache_read_tokens, cache_write_tokens, cache_saved_usd: saved }: Summary): string {
  const tokens = `prompt cache: ${count(cache_read_tokens)} tokens read, ${count(cache_write_tokens)} put in`;
  if (saved === null) return tokens;
  return `${tokens}; ${saved < 0 ? `it cost ${usd(-saved)} more than it saved` : `${usd(saved)} saved`}`;
}

/** What Bedrock did to calls that were made again. */
function rejected(code: ErrorCode, calls: string): string {
  const words: Partial<Record<ErrorCode, string>> = {
    throttled_requests: `Bedrock throttled ${calls}`,
    throttled_tokens: `Bedrock throttled ${calls}`,
    overloaded: `Bedrock was overloaded for ${calls}`,
    model_not_ready: `the model was not ready for ${calls}`,
    unreachable: `Bedrock could not be reached for ${calls}`,
  };
  return `${words[code] ?? `Bedrock rejected ${calls}`} (${code}); all were sent again`;
}

const isOnly = (rows: number, { enriched, failed }: Summary): boolean => enriched === 0 && rows === failed;

/** The names that the request format could have used. A row's values are never shown. */
function columnLines(columns: readonly string[] | undefined): string[] {
  if (columns === undefined) return [];
  const shown =
    columns
      .slice(0, mostColumns)
      .map((name) => JSON.stringify(name))
      .join(", ") || "none";
  const more = columns.length - mostColumns;
  return [`  the first row's columns: ${shown}${more > 0 ? ` and ${count(more)} more` : ""}`];
}

const mostColumns = 50;

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ");

function entriesOf<Value>(byCode: Partial<Record<ErrorCode, Value>>): [ErrorCode, Value][] {
  return Object.entries(byCode) as [ErrorCode, Value][];
}
