import type { Json } from "../../core/json.js";
import { ascending, median, medianInterval, quantile } from "../statistics/bootstrap.js";
import { shareOf } from "./counts.js";
import { type ColumnKind, kindOf, likeOther, plain } from "./kinds.js";
import type { Estimate, Pair, Share } from "./pair.js";
import { asText, type Likeness, likenessOf } from "./values.js";

/** A column of both sides. They differ in name only where each side has but one column. */
export interface ColumnPair {
  readonly before: string;
  readonly after: string;
}

/** One pair's two values of a column. */
export interface ValuePair extends Likeness {
  readonly group: string;
  readonly place: number;
  readonly before: Json;
  readonly after: Json;
  /** How a second answer of one side compares with its first; `null` without one. */
  readonly again: Likeness | null;
}

/** How the answers of both sides compare in one column, over the rows that both answered. */
export interface ColumnReport {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Rows in which the values are not the same. */
  readonly different: Share;
  /** The same of a side and itself, asked twice. */
  readonly noise: Share | null;
  /** Of categories: which became which, most rows first, and those that the old side never used. */
  readonly moves?: readonly { readonly from: string; readonly to: string; readonly rows: number }[];
  readonly new_values?: readonly string[];
  /** Of numbers: after less before. */
  readonly difference?: Estimate & { readonly p95: number; readonly higher: number; readonly lower: number };
  /** Of texts: the median of shared words; of vectors: of their cosine. `null` where nothing can be compared. */
  readonly likeness?: Estimate | null;
  /** Of texts: the median of the length after against the length before. */
  readonly length?: Estimate | null;
  /** Rows whose values cannot be compared: vectors of another length. */
  readonly incomparable?: number;
}

interface ColumnOptions {
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  /** The relative difference up to which two numbers are the same. */
  readonly within: number;
}

/** The values of a column, each with its other side. Values of files take the type of the other side's. */
export const valuesOf = (
  pairs: readonly Pair[],
  column: ColumnPair,
  { kinds, within }: ColumnOptions,
  repeats: "before" | "after",
): { kind: ColumnKind; values: ValuePair[] } => {
  const answered = pairs.flatMap((pair) => {
    const { before, after, again, group, place } = pair;
    if (before.columns === null || after.columns === null) return [];
    const name = repeats === "before" ? column.before : column.after;
    const second = again?.columns ? (again.columns[name] ?? null) : undefined;
    const [one, other] = [before.columns[column.before] ?? null, after.columns[column.after] ?? null];
    return [{ group, place, one, other, second }];
  });
  const others = answered.map(({ other }) => other).filter((value) => value !== null);
  const typed = answered.map((each) => ({ ...each, one: likeOther(each.one, others) }));
  const kind =
    kinds[column.after] ??
    kindOf(
      typed.map(({ one }) => one),
      others,
    );
  return {
    kind,
    values: typed.map(({ group, place, one, other, second }) => ({
      group,
      place,
      before: one,
      after: other,
      ...likenessOf(kind, one, other, within),
      again:
        second === undefined ? null : likenessOf(kind, repeats === "before" ? one : other, second, within),
    })),
  };
};

export const reportColumn = (
  name: string,
  kind: ColumnKind,
  values: readonly ValuePair[],
  random: () => number,
): ColumnReport => {
  const repeated = values.filter(({ again }) => again !== null);
  return {
    name,
    kind,
    different: shareOf(values, ({ same }) => !same),
    noise: repeated.length === 0 ? null : shareOf(repeated, ({ again }) => again?.same === false),
    ...(kind === "category" && movesOf(values)),
    ...(kind === "number" && { difference: differenceIn(values, random) }),
    ...((kind === "text" || kind === "vector") && {
      likeness: medianOf(values, ({ likeness }) => likeness, random),
    }),
    ...(kind === "text" && { length: medianOf(values, lengthRatio, random) }),
    ...(kind === "vector" && { incomparable: values.filter(({ likeness }) => likeness === null).length }),
  };
};

const movesOf = (values: readonly ValuePair[]): Pick<ColumnReport, "moves" | "new_values"> => {
  const known = new Set(values.map(({ before }) => plain(before)));
  const moves = new Map<string, { from: string; to: string; rows: number }>();
  const fresh = new Map<string, string>();
  for (const { before, after, same } of values) {
    if (!known.has(plain(after))) fresh.set(plain(after), asText(after));
    if (same) continue;
    const key = JSON.stringify([plain(before), plain(after)]);
    const move = moves.get(key) ?? { from: asText(before), to: asText(after), rows: 0 };
    moves.set(key, { ...move, rows: move.rows + 1 });
  }
  return {
    moves: [...moves.values()].sort((one, other) => other.rows - one.rows).slice(0, mostMoves),
    new_values: [...fresh.values()].slice(0, mostMoves),
  };
};

const mostMoves = 20;

const differenceIn = (
  values: readonly ValuePair[],
  random: () => number,
): NonNullable<ColumnReport["difference"]> => {
  const of = ({ before, after }: ValuePair): number | null =>
    before === null || after === null ? null : Number(after) - Number(before);
  const all = values.map(of).filter((value) => value !== null && Number.isFinite(value)) as number[];
  return {
    ...(medianOf(values, of, random) ?? { value: 0, low: null, high: null }),
    p95: all.length === 0 ? 0 : quantile(ascending(all.map(Math.abs)), 0.95),
    higher: values.filter((value) => !value.same && (of(value) ?? 0) > 0).length,
    lower: values.filter((value) => !value.same && (of(value) ?? 0) < 0).length,
  };
};

const lengthRatio = ({ before, after }: ValuePair): number | null => {
  const [one, other] = [before, after].map((value) => (value === null ? 0 : asText(value).length));
  return one ? (other ?? 0) / one : null;
};

const medianOf = (
  values: readonly ValuePair[],
  measure: (value: ValuePair) => number | null,
  random: () => number,
): Estimate | null => {
  const groups = new Map<string, number[]>();
  for (const value of values) {
    const number = measure(value);
    if (number !== null && Number.isFinite(number))
      groups.set(value.group, [...(groups.get(value.group) ?? []), number]);
  }
  if (groups.size === 0) return null;
  const interval = medianInterval([...groups.values()], random);
  return {
    value: median([...groups.values()].flat()),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
};
