import type { Json } from "../../core/json.js";
import { type ColumnKind, plain } from "./kinds.js";

/** How two values of a column compare. */
export interface Likeness {
  /** Whether they are the same, as their kind has it: numbers within the tolerance, words whatever their capitals. */
  readonly same: boolean;
  /** 0 to 1: shared words of texts; -1 to 1: the cosine of vectors; for others 1 or 0. `null` where nothing tells. */
  readonly likeness: number | null;
}

/** @param within the relative difference up to which two numbers are the same */
export const likenessOf = (kind: ColumnKind, before: Json, after: Json, within: number): Likeness => {
  if (before === null || after === null) return whole(before === after);
  if (kind === "number") return whole(isNear(Number(before), Number(after), within));
  if (kind === "vector" && Array.isArray(before) && Array.isArray(after)) {
    const likeness = cosine(before as number[], after as number[]);
    return { same: likeness !== null && likeness > nearlyOne, likeness };
  }
  if (kind !== "text") return whole(plain(before) === plain(after));
  const [one, other] = [asText(before), asText(after)];
  return one === other ? whole(true) : { same: false, likeness: sharedWords(one, other) };
};

const whole = (same: boolean): Likeness => ({ same, likeness: same ? 1 : 0 });

const isNear = (one: number, other: number, within: number): boolean =>
  Math.abs(one - other) <= within * Math.max(Math.abs(one), Math.abs(other)) + 1e-12;

const nearlyOne = 1 - 1e-6;

/** `null` where they have not the same length, or one has none. */
const cosine = (one: readonly number[], other: readonly number[]): number | null => {
  if (one.length !== other.length) return null;
  let [dot, a, b] = [0, 0, 0];
  for (const [index, x] of one.entries()) {
    const y = other[index] ?? 0;
    dot += x * y;
    a += x * x;
    b += y * y;
  }
  return a === 0 || b === 0 ? null : dot / Math.sqrt(a * b);
};

/** A value as a text to be read. */
export const asText = (value: Json): string =>
  (typeof value === "string" ? value : JSON.stringify(value)).trim().replace(/\r\n/g, "\n");

/** The words that two texts share, against all of theirs: the F1 of one as a guess at the other. */
const sharedWords = (one: string, other: string): number => {
  const [left, right] = [wordsOf(one), wordsOf(other)];
  if (left.length + right.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of right) {
    const count = counts.get(word) ?? 0;
    if (count === 0) continue;
    counts.set(word, count - 1);
    shared++;
  }
  return (2 * shared) / (left.length + right.length);
};

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** The words of a text in any script, without capitals. */
const wordsOf = (text: string): string[] =>
  [...segmenter.segment(text.toLowerCase())]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
