import { sumOf } from "./entry.js";
import { type OpenFile, writeAt } from "./open-file.js";

/**
 * What stands before the entries of a ledger: a line that says what the file is, and two marks that say in turn how many
 * entries are on the disk for certain. A mark is written behind the entries that it counts, so it may count too few and
 * never too many; of two, one is whole whenever the power fails.
 */
const format = (version: number): string => `{"ledger":${version}}\n`;

/** The first line, which is of one length in every version: the old one, this one, and one that is being rewritten. */
export const firstLines = { old: format(1), whole: format(2), rewriting: format(0) } as const;

const markOf = (entries: number): string => {
  const count = `"entries":${String(entries).padStart(14)}`;
  return `{"sum":"${sumOf(count)}",${count}}\n`;
};

const markLength = markOf(0).length;
const markPattern = /^\{"sum":"([0-9a-f]{8})",("entries": *(\d+))\}\n$/;

/** The head of a ledger of so many entries. */
export const headOf = (entries: number): string => `${firstLines.whole}${markOf(entries)}${markOf(entries)}`;

export const headLength = headOf(0).length;
const newHead = Buffer.from(headOf(0));

interface HeadReading {
  readonly is: "whole" | "old" | "rewriting" | "new" | "other";
  /** Entries that were on the disk for certain; `null` where both marks are damaged. */
  readonly entries: number | null;
  /** Which of the two marks says so. */
  readonly slot: 0 | 1;
}

/** Whether it may be what a crash leaves of a new file: parts of its head, NULs for the others, and nothing behind it. */
const isTornNew = (bytes: Buffer): boolean =>
  bytes.length <= headLength && bytes.every((byte, at) => byte === 0 || byte === newHead[at]);

/** Reads the head of a file, given with a byte more than that. */
export const readHeadOf = (bytes: Buffer): HeadReading => {
  const text = bytes.toString("latin1", 0, headLength);
  const first = text.slice(0, firstLines.whole.length);
  const marks = [0, 1].map((slot) => {
    const start = firstLines.whole.length + slot * markLength;
    const found = markPattern.exec(text.slice(start, start + markLength));
    return found && sumOf(found[2] ?? "") === found[1] ? Number(found[3]) : null;
  });
  const [one = null, other = null] = marks;
  const slot = (other ?? -1) > (one ?? -1) ? 1 : 0;
  if (first === firstLines.old) return { is: "old", entries: null, slot };
  if (first === firstLines.rewriting) return { is: "rewriting", entries: null, slot };
  const isWhole = bytes.length >= headLength && first === firstLines.whole && (marks[slot] ?? null) !== null;
  if (isTornNew(bytes) && !isWhole) return { is: "new", entries: 0, slot };
  if (firstLines.old.startsWith(text)) return { is: "new", entries: 0, slot };
  return { is: first === firstLines.whole ? "whole" : "other", entries: marks[slot] ?? null, slot };
};

/**
 * Writes marks into the two places by turns, the first one beside that which says the most: of two that are torn one after
 * the other, it is whole.
 */
export const createMarks = (file: Pick<OpenFile, "write">, newest: 0 | 1) => {
  let slot: number = newest;
  return async (entries: number): Promise<void> => {
    slot = 1 - slot;
    await writeAt(file, markOf(entries), firstLines.whole.length + slot * markLength);
  };
};
