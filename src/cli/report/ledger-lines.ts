import type { LedgerReport } from "../../index.js";
import { count, counted, fileSize, replayCommand } from "./amounts.js";

/** A ledger's contents in words, ending in a newline. Pure. */
export const ledgerReport = (report: LedgerReport): string => {
  const { path, bytes, received, refused, unknown, input_tokens, output_tokens } = report;
  const states: [number, string][] = [
    [received, `answered: ${count(input_tokens)} tokens in, ${count(output_tokens)} out; reused at no cost`],
    [refused, "failed, not billed"],
    [unknown, "held: perhaps billed, without an answer"],
  ];
  const codes = Object.entries(report.errors).map(([code, rows]): [number, string] => [rows, code]);
  const waiting = refused + unknown;
  return [
    `${path}: ${counted(received + waiting, "row")}, ${fileSize(bytes)}`,
    ...table(states),
    ...(codes.length > 0 ? ["failed and held rows by error code:", ...table(codes)] : []),
    ...(waiting > 0 ? [`\`${replayCommand(undefined, path)}\` sends the failed and held rows again`] : []),
    "",
  ].join("\n");
};

function table(rows: readonly [number, string][]): string[] {
  const width = Math.max(...rows.map(([value]) => count(value).length));
  return rows.map(([value, words]) => `  ${count(value).padStart(width)}  ${words}`);
}
