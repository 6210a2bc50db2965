import { CannotRehearse } from "../cannot-rehearse.js";
import type { RehearseOptions } from "../options.js";
import type { ColumnPair } from "./columns.js";

/**
 * The columns that both sides have; where each has but one, those two whatever they are called. What only one side has
 * is a remark.
 */
export const pairColumns = (
  before: readonly string[],
  after: readonly string[],
  { beforeColumns }: Pick<RehearseOptions, "beforeColumns">,
): { columns: ColumnPair[]; remarks: string[] } => {
  const old = beforeColumns ? Object.keys(beforeColumns) : before;
  const shared = after.filter((name) => old.includes(name));
  const [one, other] = [old[0], after[0]];
  if (
    shared.length === 0 &&
    old.length === 1 &&
    after.length === 1 &&
    one !== undefined &&
    other !== undefined
  )
    return {
      columns: [{ before: one, after: other }],
      remarks: [`${one} of the old side is compared with ${other}.`],
    };
  if (shared.length === 0)
    throw new CannotRehearse(
      `the sides have no column in common: the old one gives ${list(old)}, the new one ${list(after)}`,
    );
  const lost = old.filter((name) => !after.includes(name));
  const fresh = after.filter((name) => !old.includes(name));
  return {
    columns: shared.map((name) => ({ before: name, after: name })),
    remarks: [
      ...(lost.length > 0 ? [`Only the old side gives ${list(lost)}.`] : []),
      ...(fresh.length > 0 && !beforeColumns ? [`Only the new side gives ${list(fresh)}.`] : []),
    ],
  };
};

const list = (names: readonly string[]): string => names.join(", ");
