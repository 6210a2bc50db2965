import type { LedgerReport, Repair } from "../../index.js";
import { count, counted, fileSize, replayCommand } from "./amounts.js";

/** A ledger's contents in words, ending in a newline. Pure. */
export const ledgerReport = (report: LedgerReport): string => {
  const { path, bytes, received, refused, unknown, in_jobs, lost, input_tokens, output_tokens } = report;
  const states: [number, string][] = [
    [received, `answered: ${count(input_tokens)} tokens in, ${count(output_tokens)} out; reused at no cost`],
    [refused, "failed, not billed"],
    [unknown, "held: perhaps billed, without an answer"],
    ...(in_jobs > 0 ? [[in_jobs, "in batch jobs that have not ended"] as [number, string]] : []),
  ];
  const codes = Object.entries(report.errors).map(([code, rows]): [number, string] => [rows, code]);
  const waiting = refused + unknown;
  return [
    `${path}: ${counted(received + waiting + in_jobs, "row")}, ${fileSize(bytes)}`,
    ...table(states),
    ...(lost > 0 ? [heldUnknown(lost)] : []),
    ...(codes.length > 0 ? ["failed and held rows by error code:", ...table(codes)] : []),
    ...(waiting > 0 ? [`\`${replayCommand(undefined, path)}\` sends the failed and held rows again`] : []),
    "",
  ].join("\n");
};

/** What a repair did, in words. */
export const repairReport = ({ kept, lost, held, untold }: Repair): string =>
  [
    `${counted(kept, "line")} kept, ${counted(lost, "line")} lost, ${counted(held, "row")} held for them`,
    ...(untold > 0 ? [heldUnknown(untold)] : []),
    "",
  ].join("\n");

const heldUnknown = (lines: number): string =>
  `${counted(lines, "lost line")} could not be told, so every row that the ledger does not know is held: restore a backup, or set on_unknown: retry, or --repair --forget-lost lets them be sent; those that were lost are then paid for twice`;

function table(rows: readonly [number, string][]): string[] {
  const width = Math.max(...rows.map(([value]) => count(value).length));
  return rows.map(([value, words]) => `  ${count(value).padStart(width)}  ${words}`);
}
