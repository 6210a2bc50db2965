import type { Pipeline } from "../generated/pipeline.js";

/**
 * A fault of the Multiwoven host that can be turned on, to see that a connector bears it:
 *
 * - `doubled_apostrophes`: a standard mapping doubles every apostrophe of a text.
 * - `true_for_broken_rows`: a template that is not Liquid makes `true` of every row. Without it, the run cannot begin.
 * - `inline_liquid_errors`: a filter that fails prints `Liquid error: internal` or `Liquid error: invalid date` into
 *   the record. Without it, the row fails unsent.
 * - `failed_rows_stay_failed`: an incremental sync looks at a row's fingerprint only. Without it, a row that is not
 *   a success is sent again.
 * - `batch_all_or_nothing`: one success makes a whole batch a success, and its logs are dropped.
 */
export type Quirk = NonNullable<Pipeline["quirks"]>[number];
