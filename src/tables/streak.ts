import type { Refusal } from "./refusal.js";

/** So many refusals of the same cause, one after the other, are no fault of the rows. */
const enough = 5;

/** Counts refusals; says when enough have come that are alike. `null` is a row that was written. */
export const createStreak = (): ((refusal: Refusal | null) => boolean) => {
  let cause: string | null = null;
  let count = 0;
  return (refusal) => {
    count = refusal !== null && refusal.cause === cause ? count + 1 : 1;
    cause = refusal?.cause ?? null;
    return cause !== null && count >= enough;
  };
};
