import type { Interval } from "../statistics/shares.js";

/** On which side of a tolerance a share lies, as far as an interval tells. */
export type Says = "keeps" | "worse" | "undecided";

/** `upTo` bounds what is kept; `from` bounds what is worse, with a stricter interval where there are many. */
export const judgeShare = (tolerated: number, upTo: Interval, from: Interval = upTo): Says => {
  if (upTo.high <= tolerated) return "keeps";
  return from.low > tolerated ? "worse" : "undecided";
};

/**
 * How many rows would decide if what they show stayed as it is; `null` beyond a million.
 *
 * @param says what so many rows would say; it must not change its mind with more of them
 */
export const rowsToDecide = (says: (rows: number) => Says, from = 1): number | null => {
  let high = Math.max(1, Math.ceil(from));
  while (says(high) === "undecided") {
    if (high > most) return null;
    high *= 2;
  }
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (says(middle) === "undecided") low = middle;
    else high = middle;
  }
  return high;
};

const most = 1_000_000;
