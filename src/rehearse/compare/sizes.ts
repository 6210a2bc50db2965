import type { Said } from "../said.js";
import { ascending, quantile, ratioInterval } from "../statistics/bootstrap.js";
import type { Estimate, Pair } from "./pair.js";

/** What answers take, on both sides, of the rows of which both are known. */
export interface Size {
  readonly name: SizeName;
  readonly rows: number;
  readonly before: Amounts;
  readonly after: Amounts;
  /** The total after against the total before; `null` where nothing was taken before. */
  readonly ratio: Estimate | null;
}

type SizeName = "input_tokens" | "output_tokens" | "usd" | "latency_ms";

interface Amounts {
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
}

const names: readonly SizeName[] = ["input_tokens", "output_tokens", "usd", "latency_ms"];

/** Those that are known of any row. */
export const measure = (pairs: readonly Pair[], random: () => number): Size[] =>
  names.flatMap((name) => {
    const known = pairs.flatMap(({ before, after, group }) => {
      const [one, other] = [before[name], after[name]];
      return one === null || other === null ? [] : [{ one, other, group }];
    });
    if (known.length === 0) return [];
    const groups = new Map<string, [number, number]>();
    let [total, totalAfter] = [0, 0];
    for (const { one, other, group } of known) {
      const sums = groups.get(group) ?? [0, 0];
      groups.set(group, [sums[0] + one, sums[1] + other]);
      total += one;
      totalAfter += other;
    }
    const interval = ratioInterval([...groups.values()], random);
    return [
      {
        name,
        rows: known.length,
        before: amounts(known.map(({ one }) => one)),
        after: amounts(known.map(({ other }) => other)),
        ratio:
          total === 0
            ? null
            : { value: totalAfter / total, low: interval?.low ?? null, high: interval?.high ?? null },
      },
    ];
  });

/** The mean of what one side takes a row, whatever is known of the other; `null` where nothing is. */
export const meanOf = (pairs: readonly Pair[], side: "before" | "after", name: SizeName): number | null => {
  const known = pairs.map(({ [side]: said }): Said[SizeName] => said[name]).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

const amounts = (values: readonly number[]): Amounts => {
  const sorted = ascending(values);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
};
