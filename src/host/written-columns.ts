import type { Pipeline } from "../generated/pipeline.js";
import { type Identity, identify } from "../tables/identify.js";

/** The tables of a pipeline, as their servers know them; `null` where it has none. */
export interface Tables {
  readonly source: Identity | null;
  readonly target: Identity | null;
}

/** Asks the servers. A table that cannot be read is reported by whoever reads or writes it next. */
export const identifyTables = async ({ source, write_back }: Pipeline): Promise<Tables> => {
  const read = source.type === "postgres" ? source : null;
  const [first, second] = await Promise.all([
    read && identify(read.connection_string, read.table ?? ""),
    write_back && identify(write_back.connection_string ?? source.connection_string, write_back.table),
  ]);
  return { source: first ?? null, target: second ?? null };
};

/**
 * The columns whose change is no change of a row, since the sync itself writes them: else every row that was enriched
 * would be sent again by the next run. They count only where the source is certainly another table than the one that
 * is written to. What cannot be told apart, such as a view over it, has them left out by their names: a change that
 * is passed over can be sent with a full refresh, a row that is sent again and again is paid for each time.
 */
export const writtenColumns = ({ write_back }: Pipeline, { source, target }: Tables): ReadonlySet<string> => {
  if (!source || !write_back) return new Set();
  const apart = source.table !== null && target?.table != null && source.table !== target.table;
  return new Set(apart ? [] : Object.keys(write_back.columns));
};
