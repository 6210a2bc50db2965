import { type CallSpans, createCallSpans } from "./call-spans.js";
import { type EntryState, guessHead, type Head, readHead, readOldHead } from "./entry.js";
import { headLength, readHeadOf } from "./head.js";
import { createKeyIndex, type KeyIndex } from "./index-by-key.js";
import type { OpenFile } from "./open-file.js";
import { readStart, scanLines } from "./scan.js";

/** A ledger's file as it was found. */
export interface Loaded {
  readonly is: "whole" | "old" | "new" | "other" | "rewriting";
  readonly index: KeyIndex;
  /** The keys of the batch jobs, and where the calls in them stand. */
  readonly jobs: ReadonlySet<string>;
  readonly calls: CallSpans;
  /** Where the next line goes: behind the last one that checks. */
  readonly size: number;
  /** The place of the newest of its two marks. */
  readonly slot: 0 | 1;
  /** Lines that check, and the number and key of the last of them. */
  readonly lines: number;
  readonly last: { readonly n: number; readonly key: string };
  /** Lines that are missing or out of their place and were never said to be on the disk: a crash tore them. */
  readonly torn: boolean;
  /** `null` where all lines are there that were on the disk. */
  readonly damage: Damage | null;
}

/** Lines that were on the disk and are not what they were. */
export interface Damage {
  /** How many. At least so many, where the head of the file is damaged as well. */
  readonly lines: number;
  /** The first place, for people. */
  readonly where: string;
  /** The lines that could be told by their keys, with their numbers. */
  readonly told: ReadonlyMap<number, string>;
}

/** Reads a file from its start to its end and changes nothing. */
export const loadFile = async (file: OpenFile): Promise<Loaded> => {
  const head = readHeadOf(await readStart(file, headLength + 1));
  return head.is === "old" ? loadOld(file) : loadLines(file, head);
};

const loadLines = async (
  file: OpenFile,
  { is, entries, slot }: ReturnType<typeof readHeadOf>,
): Promise<Loaded> => {
  const index = createKeyIndex();
  const jobs = new Set<string>();
  const calls = createCallSpans();
  const told = new Map<number, string>();
  const gaps: { from: number; to: number; where: string }[] = [];
  let last: Pick<Head, "n" | "key"> = { n: 0, key: "" };
  let [lines, size, number] = [0, headLength, 0];
  let disorder: string | null = null;
  let junk: string | null = null;
  for await (const { bytes, offset } of scanLines(file)) {
    number++;
    if (offset < headLength && (is === "whole" || is === "new")) continue;
    const found = readHead(bytes);
    if (!found) {
      junk ??= `line ${number}`;
      const guessed = guessHead(bytes)?.head;
      if (guessed) told.set(guessed.n, guessed.key);
      continue;
    }
    if (found.n !== last.n + 1) {
      const where = junk ?? `before line ${number}`;
      if (found.n > last.n) gaps.push({ from: last.n + 1, to: found.n - 1, where });
      else disorder ??= `line ${number}`;
      if (found.n > last.n + 1 && found.after !== "") told.set(found.n - 1, found.after);
    }
    junk = null;
    lines++;
    size = offset + bytes.length + 1;
    if (found.n > last.n) last = found;
    index.set(found.key, { offset, state: found.state });
    if (found.state === "job") jobs.add(found.key);
    if (found.state === "intent" && found.job !== undefined) calls.add(found.job, { from: offset, to: size });
  }
  if (is === "other" && lines === 0)
    return { is, index, jobs, calls, size: 0, slot, lines, last, torn: false, damage: null };
  const certain = entries ?? last.n + 1;
  if (certain > last.n) gaps.push({ from: last.n + 1, to: certain, where: junk ?? "its end is cut off" });
  const real = gaps.filter(({ from }) => from <= certain);
  const missing = real.reduce((sum, { from, to }) => sum + Math.min(to, certain) - from + 1, 0);
  for (const n of told.keys())
    if (!real.some(({ from, to }) => from <= n && n <= Math.min(to, certain))) told.delete(n);
  const isWhole = is !== "other" && entries !== null && missing === 0 && disorder === null;
  return {
    ...{ is: is === "other" ? "whole" : is, index, jobs, calls, size, slot, lines, last },
    torn: gaps.length > real.length || real.some(({ to }) => to > certain),
    damage: isWhole ? null : { lines: missing, where: real[0]?.where ?? disorder ?? "its first lines", told },
  };
};

/** The first format knows neither what is missing nor whether a line is what it was. */
const loadOld = async (file: OpenFile): Promise<Loaded> => {
  const index = createKeyIndex();
  let [lines, size, number, bad] = [0, 0, 0, 0];
  let where = "";
  let last = { n: 0, key: "" };
  for await (const { bytes, offset } of scanLines(file)) {
    size = offset + bytes.length + 1;
    if (number++ === 0) continue;
    const found = readOldHead(bytes);
    if (!found) {
      where ||= `line ${number}`;
      bad++;
      continue;
    }
    last = { n: ++lines, key: found.key };
    index.set(found.key, { offset, state: found.state as EntryState });
  }
  const damage = bad > 0 ? { lines: bad, where, told: new Map() } : null;
  const none = { jobs: new Set<string>(), calls: createCallSpans() };
  return { is: "old", index, ...none, size, slot: 0, lines, last, torn: false, damage };
};
