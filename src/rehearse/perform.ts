import { setMaxListeners } from "node:events";
import pMap from "p-map";
import type { ErrorCode } from "../core/errors.js";
import { isObject, type Json } from "../core/json.js";
import { countError, type ErrorCounts } from "../core/outcome.js";
import type { Pair } from "./compare/pair.js";
import type { Draw } from "./draw.js";
import type { Player } from "./player.js";
import { asJson, isUnasked, type Said, saidBy, type Unasked } from "./said.js";

/** Both sides, and who is asked twice, if anybody. */
export interface Cast {
  readonly before: Player;
  readonly after: Player;
  readonly repeats: "before" | "after" | null;
}

/** What came of the drawn rows. */
export interface Performed {
  readonly pairs: readonly Pair[];
  /** Rows with nothing to work on. */
  readonly blank: number;
  /** Rows that a side could not be asked about, by error code. */
  readonly unasked: ErrorCounts;
  /** Why sides have no answer, by error code. */
  readonly errors: { readonly before: ErrorCounts<string>; readonly after: ErrorCounts<string> };
  readonly spentUsd: number;
}

/**
 * Asks both sides about each row, at once; rows whose answers are known already cost nothing. In no order, so that what is
 * left where the money or the patience ends is spread over the input as well.
 */
export const perform = async (
  { before, after, repeats }: Cast,
  { rows, calls }: Draw,
  stop: AbortSignal,
  random: () => number,
  onProgress: (done: number) => void,
): Promise<Performed> => {
  // Every row that waits listens to it.
  setMaxListeners(0, stop);
  const unasked: ErrorCounts = {};
  const errors: { before: ErrorCounts<string>; after: ErrorCounts<string> } = { before: {}, after: {} };
  let blank = 0;
  let spentUsd = 0;
  let done = 0;
  const hear = async (
    player: Player,
    row: unknown,
    side: "before" | "after" | null,
  ): Promise<Said | Unasked | null> => {
    const { outcome, from } = await player.ask(row, stop, side ? "first" : "again");
    if (outcome.trace.attempts > 0) spentUsd += outcome.trace.cost_usd ?? 0;
    const said = saidBy(outcome, from);
    const { error } = outcome.trace;
    if (side && error && said && !isUnasked(said)) countError(errors[side], error.code, error.message);
    return said;
  };
  const one = async ({ row, place, before: known }: Draw["rows"][number]): Promise<Pair | null> => {
    const asked = await Promise.all([
      known ?? (calls ? hear(before, row, "before") : null),
      hear(after, row, "after"),
      repeats && hear(repeats === "before" ? before : after, row, null),
    ]);
    onProgress(++done);
    const failed = asked.slice(0, 2).find((said) => said !== null && isUnasked(said)) as Unasked | undefined;
    if (failed) countError(unasked, failed.unasked as ErrorCode, failed.message);
    const [old, fresh, again] = asked.map((said) => (said !== null && isUnasked(said) ? null : said));
    if (!failed && (!old || !fresh)) blank++;
    if (known && known.error !== null) countError(errors.before, known.error, "as the enriched row says");
    if (!old || !fresh) return null;
    return {
      place,
      group: after.requestOf(row)?.key ?? String(place),
      row: shown(row, [before, after]),
      before: old,
      after: fresh,
      again: again ?? null,
    };
  };
  const width = 2 * Math.max(before.plan.connection.maxConcurrency, after.plan.connection.maxConcurrency);
  const order = rows.map((row) => ({ row, at: random() })).sort((a, b) => a.at - b.at);
  const pairs = await pMap(order, ({ row }) => one(row), { concurrency: width });
  const compared = pairs.filter((pair) => pair !== null).sort((a, b) => a.place - b.place);
  return { pairs: compared, blank, unasked, errors, spentUsd };
};

/** What the templates read of a row. */
const shown = (row: unknown, players: readonly Player[]): Record<string, Json> => {
  if (!isObject(row)) return {};
  const names = new Set(players.flatMap(({ plan }) => plan.template.columns));
  return asJson(Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name))));
};
