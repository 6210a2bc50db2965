import type { ColumnReport, ValuePair } from "../compare/columns.js";
import { differenceOf, type Fault, tableOf } from "../compare/counts.js";
import type { Pair } from "../compare/pair.js";
import type { Opinions } from "../judge.js";
import { deviationsAbove } from "../statistics/normal.js";
import { effectiveRows, type Interval, type Table, wilson } from "../statistics/shares.js";
import { judgeShare, rowsToDecide, type Says } from "./rows-to-decide.js";

/** One thing that the new side must not lose, and what the rows say of it. */
export interface Point {
  readonly about: "answers" | "cut_off" | "column" | "opinion";
  /** The column's name, or the judging model's. */
  readonly name: string | null;
  /** Rows that are lost, and how many were looked at. */
  readonly rows: number;
  readonly of: number;
  /** The share that is lost, less what is lost anyway, and where that share of all rows is, with 95 % confidence. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly says: Says;
  /** How many more rows would decide if their shares stayed as they are; `null` where it is decided, or a million would not. */
  readonly rows_more: number | null;
}

/** A point before it is judged: its interval for any number of rows and any confidence. */
interface OpenPoint extends Pick<Point, "about" | "name" | "rows" | "of" | "share"> {
  /** How many rows of their own these tell as much as. */
  readonly effective: number;
  interval(rows: number, z?: number): Interval;
}

/** @param loses rows in which something is lost, of all */
const ofShare = (
  head: Pick<Point, "about" | "name">,
  pairs: readonly Pick<Pair, "group">[],
  rows: number,
): OpenPoint => {
  const share = rows / Math.max(1, pairs.length);
  return {
    ...head,
    rows,
    of: pairs.length,
    share,
    effective: effectiveRows(pairs.map(({ group }) => group)),
    interval: (n, z) => wilson(share, n, z),
  };
};

/** @param table rows in which something is lost by the new side, and by that which it is set against */
const ofDifference = (
  head: Pick<Point, "about" | "name">,
  pairs: readonly Pick<Pair, "group">[],
  table: Table,
): OpenPoint => ({
  ...head,
  rows: table[0] + table[1],
  of: pairs.length,
  share: (table[1] - table[2]) / Math.max(1, pairs.length),
  effective: effectiveRows(pairs.map(({ group }) => group)),
  interval: (n, z) => differenceOf(table, pairs, z, n / Math.max(1, pairs.length)),
});

/** Answers that are missing or cut off, against those of before. */
export const faultPoint = (
  name: "no_answer" | "cut_off",
  fault: Fault,
  pairs: readonly Pair[],
): OpenPoint[] => {
  const head = { about: name === "no_answer" ? "answers" : "cut_off", name: null } as const;
  // Where answers stand in a column, nothing tells whether they were cut off.
  if (fault.before === null) return name === "cut_off" ? [] : [ofShare(head, pairs, fault.after.rows)];
  const lost = (pair: Pair, side: "before" | "after"): boolean =>
    name === "no_answer" ? pair[side].columns === null : pair[side].cut_off === true;
  return [
    ofDifference(
      head,
      pairs,
      tableOf(
        pairs,
        (pair) => lost(pair, "after"),
        (pair) => lost(pair, "before"),
      ),
    ),
  ];
};

/** A column's values that are not the same, against those that differ by chance where that is known. */
export const columnPoint = (
  { name, kind, noise }: ColumnReport,
  values: readonly ValuePair[],
): OpenPoint[] => {
  // How like two texts are says nothing of how good they are.
  if (kind === "text") return [];
  const head = { about: "column", name } as const;
  if (noise === null) return [ofShare(head, values, values.filter(({ same }) => !same).length)];
  const repeated = values.filter(({ again }) => again !== null);
  return [
    ofDifference(
      head,
      repeated,
      tableOf(
        repeated,
        ({ same }) => !same,
        ({ again }) => again?.same === false,
      ),
    ),
  ];
};

/**
 * Rows in which a judge takes the old answer for the better one, against those in which it takes the new one. Rows that
 * do not differ favour none; those that it gave no opinion of do not count.
 */
export const opinionPoint = (
  { report: { model, asked, silent, before, after }, opinions }: Opinions,
  pairs: readonly Pair[],
  differing: readonly Pair[],
): OpenPoint[] => {
  if (asked > 0 && silent === asked) return [];
  const mute = new Set(differing.filter(({ place }) => !opinions.has(place)).map(({ place }) => place));
  const counted = pairs.filter(({ place }) => !mute.has(place));
  const table: Table = [0, before, after, counted.length - before - after];
  return [ofDifference({ about: "opinion", name: model }, counted, table)];
};

/**
 * What each point says. All must be kept, which needs no correction; that any is worse is said with the confidence of all
 * together (Bonferroni).
 */
export const judgePoints = (open: readonly OpenPoint[], tolerated: number): Point[] => {
  const strict = deviationsAbove(0.025 / Math.max(1, open.length));
  return open.map(({ interval, effective, ...point }) => {
    const says = (n: number): Says => judgeShare(tolerated, interval(n), interval(n, strict));
    const now = says(effective);
    const needed = now === "undecided" ? rowsToDecide(says, effective) : null;
    return {
      ...point,
      ...interval(effective),
      says: now,
      rows_more: needed === null ? null : Math.ceil(needed - effective),
    };
  });
};
