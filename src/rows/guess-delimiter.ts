import type { RawRecord } from "./split-records.js";
import { splitCells } from "./split-records.js";

/**
 * The delimiter of a table that is not made with the one expected of it, from its first records: the one that gives all
 * of them the same number of cells, at least two. `undefined` where the expected one does, or where none or several
 * do.
 */
export const guessDelimiter = (records: readonly string[], expected: string): string | undefined => {
  const [header = ""] = records;
  const cellsOf = (text: string, delimiter: string): number => splitCells(text, delimiter)?.length ?? 0;
  if (cellsOf(header, expected) !== 1) return undefined;
  const fitting = candidates.filter((candidate) => {
    const cells = cellsOf(header, candidate);
    return cells > 1 && records.every((record) => cellsOf(record, candidate) === cells);
  });
  return fitting.length === 1 ? fitting[0] : undefined;
};

/** Whether a header that is one column looks like several. */
export const looksDivided = (header: string): boolean =>
  candidates.some((candidate) => header.includes(candidate));

/** The delimiter that a first line `sep=;` names, as Excel writes it; `undefined` for any other line. */
export const namedDelimiter = ({ bytes }: RawRecord): string | undefined =>
  /^sep=([ -~\t])$/i.exec(bytes.toString("latin1"))?.[1];

/** As messages show it. */
export const delimiterName = (delimiter: string): string =>
  delimiter === "\t" ? "tabs" : JSON.stringify(delimiter);

const candidates = [",", ";", "\t", "|"];
