import type { Pipeline } from "../generated/pipeline.js";

/**
 * A fault of the Multiwoven host that can be turned on, to see that a connector bears it:
 *
 * - `doubled_apostrophes`: a standard mapping doubles every apostrophe of a text.
 * - `true_for_broken_rows`: a row whose mapping fails reaches `write` as `true`. Without it, it fails unsent.
 * - `failed_rows_stay_failed`: an incremental sync looks at a row's fingerprint only. Without it, a row that is not
 *   a success is sent again.
 * - `batch_all_or_nothing`: one success makes a whole batch a success, and its logs are dropped.
 */
export type Quirk = NonNullable<Pipeline["quirks"]>[number];
