import { roundUsd } from "../models/prices/rates.js";
import type { ColumnPair, ColumnReport, ValuePair } from "./compare/columns.js";
import { refusedInWords } from "./compare/counts.js";
import type { Pair } from "./compare/pair.js";
import { meanOf } from "./compare/sizes.js";
import type { Opinions } from "./judge.js";
import type { Cast, Performed } from "./perform.js";
import type { Player } from "./player.js";
import type { ReportedPair, SideReport } from "./rehearsal.js";

export const sideReport = (
  { plan }: Player,
  pairs: readonly Pair[],
  side: "before" | "after",
  { errors }: Performed,
): SideReport => {
  const from: Partial<Record<Pair["before"]["from"], number>> = {};
  for (const { [side]: said } of pairs) from[said.from] = (from[said.from] ?? 0) + 1;
  const mean = meanOf(pairs, side, "usd");
  return {
    model: plan.connection.modelId,
    api: plan.connection.api,
    family: plan.family?.name ?? null,
    from,
    errors: errors[side],
    usd_of_1000_rows: mean === null ? null : roundUsd(mean * 1000),
    refused_in_words: refusedInWords(pairs, side),
  };
};

export const remarksOn = (
  { repeats }: Cast,
  pairs: readonly Pair[],
  reports: readonly ColumnReport[],
  tolerate: number,
): string[] => {
  const noisy = reports.filter(({ noise }) => noise && noise.share > tolerate);
  const earlier = pairs.filter(({ before }) => before.from === "ledger" || before.from === "file").length;
  return [
    ...(earlier > 0 ? ["Latencies of answers from a ledger or a file are those of another day."] : []),
    ...noisy.map(
      ({ name }) =>
        `${name}: ${repeats === "before" ? "the old" : "the new"} side differs from itself in more rows than are tolerated, so what differs beside that is judged.`,
    ),
    ...reports
      .filter(({ kind, incomparable = 0 }) => kind === "vector" && incomparable > 0)
      .map(
        ({ name }) =>
          `${name}: the vectors have not the same length. Those of two models never stand in one index, whatever their length.`,
      ),
  ];
};

type Difference = { readonly name: string } & ValuePair;

/** By a pair's place: the columns whose values are not the same. */
export const differencesIn = (
  columns: readonly { readonly name: string; readonly values: readonly ValuePair[] }[],
): ReadonlyMap<number, readonly Difference[]> => {
  const found = new Map<number, Difference[]>();
  for (const { name, values } of columns)
    for (const value of values)
      if (!value.same) found.set(value.place, [...(found.get(value.place) ?? []), { name, ...value }]);
  return found;
};

/** Columns that are compared have the new side's name on both. */
export const reportPair = (
  { group: _, again: __, ...pair }: Pair,
  columns: readonly ColumnPair[],
  differing: readonly Difference[],
  opinions: Opinions | null,
): ReportedPair => {
  const likeness = differing.map((value) => value.likeness).filter((value) => value !== null);
  const renamed = new Map(columns.map(({ before, after }) => [before, after]));
  const named =
    pair.before.columns &&
    Object.fromEntries(
      Object.entries(pair.before.columns).map(([name, value]) => [renamed.get(name) ?? name, value]),
    );
  return {
    ...pair,
    before: { ...pair.before, columns: named },
    different: differing.map(({ name }) => name),
    likeness: likeness.length === 0 ? (differing.length === 0 ? 1 : null) : Math.min(...likeness),
    opinion: opinions?.opinions.get(pair.place) ?? null,
  };
};
