import { isObject } from "../../core/json.js";
import { refusals, type Said } from "../said.js";
import { effectiveRows, type Interval, mcNemar, newcombe, type Table, wilson } from "../statistics/shares.js";
import type { Estimate, Pair, Share } from "./pair.js";

/** Rows of which something holds; rows of one request count as the one answer that they are. */
export const shareOf = <Row extends Pick<Pair, "group">>(
  rows: readonly Row[],
  holds: (row: Row) => boolean,
): Share => {
  const count = rows.filter(holds).length;
  const share = rows.length === 0 ? 0 : count / rows.length;
  const { low, high } = wilson(share, effectiveRows(rows.map(({ group }) => group)));
  return { rows: count, of: rows.length, share, low, high };
};

/** What may be wrong with an answer, on both sides. */
export interface Fault {
  readonly name: FaultName;
  /** Rows before, `null` where the source of the old answers does not tell, and rows after. */
  readonly before: number | null;
  readonly after: Share;
  /** The share after less the share before. */
  readonly difference: Estimate | null;
  /** McNemar's exact test of the rows in which the sides differ. */
  readonly p: number | null;
}

type FaultName = "no_answer" | "refused" | "empty" | "misfit" | "cut_off";

const faults: Readonly<Record<FaultName, (said: Said) => boolean | null>> = {
  no_answer: ({ columns }) => columns === null,
  refused: ({ error }) => error !== null && refusals.has(error),
  empty: ({ empty }) => empty,
  misfit: ({ error }) => error === "schema_mismatch",
  cut_off: ({ cut_off }) => cut_off,
};

/** @param typed whether the new side has a schema to fit */
export const countFaults = (pairs: readonly Pair[], typed: boolean): Fault[] =>
  (Object.keys(faults) as FaultName[])
    .filter((name) => typed || name !== "misfit")
    .map((name) => {
      const has = faults[name];
      const after = shareOf(pairs, (pair) => has(pair.after) === true);
      if (pairs.some((pair) => has(pair.before) === null))
        return { name, before: null, after, difference: null, p: null };
      const table = tableOf(
        pairs,
        ({ after: said }) => has(said) === true,
        ({ before }) => has(before) === true,
      );
      const { low, high } = differenceOf(table, pairs);
      return {
        name,
        before: table[0] + table[2],
        after,
        difference: { value: (table[1] - table[2]) / Math.max(1, pairs.length), low, high },
        p: mcNemar(
          tableOf(
            oncePerGroup(pairs),
            (pair) => has(pair.after) === true,
            (pair) => has(pair.before) === true,
          ),
        ),
      };
    });

export const tableOf = <Row>(
  rows: readonly Row[],
  first: (row: Row) => boolean,
  second: (row: Row) => boolean,
): Table => {
  const table: [number, number, number, number] = [0, 0, 0, 0];
  for (const row of rows) {
    const index = (first(row) ? 0 : 2) + (second(row) ? 0 : 1);
    table[index as 0 | 1 | 2 | 3]++;
  }
  return table;
};

/** The interval of the difference of two shares of a table; rows of one request count as one. */
export const differenceOf = (
  table: Table,
  rows: readonly Pick<Pair, "group">[],
  z?: number,
  scale = effectiveRows(rows.map(({ group }) => group)) / Math.max(1, rows.length),
): Interval => {
  const [both, first, second, neither] = table;
  return newcombe([both * scale, first * scale, second * scale, neither * scale], z);
};

const oncePerGroup = (pairs: readonly Pair[]): Pair[] => [
  ...new Map(pairs.map((pair) => [pair.group, pair])).values(),
];

/** Words that begin a refusal in English; a model refuses in other words and languages too. */
const refusingWords =
  /^\W*(?:i(?:'|’)?m (?:sorry|unable|not able)|i (?:can(?:no|'|’)t|am (?:sorry|unable|not able))|sorry,|as an ai\b)/i;

/** How many answers read as a refusal: a guess by their first words. */
export const refusedInWords = (pairs: readonly Pair[], side: "before" | "after"): number =>
  pairs.filter(
    ({ [side]: { columns } }) =>
      isObject(columns) &&
      Object.values(columns).some((value) => typeof value === "string" && refusingWords.test(value)),
  ).length;
