import {
  changes,
  fastest,
  otherRate,
  rateAndChance,
  rates,
  type Sort,
  sorts,
  start,
} from "./imagined-accounts.js";

/** What is believed of an account, from the calls that left and which of them were rejected. Rates are calls a millisecond. */
export interface Belief {
  /** A call has left. */
  left(at: number): void;
  /** The call that had left then was rejected. */
  rejected(at: number): void;
  /** The call that had left then met another quota, so it took nothing of this one. */
  unsaid(at: number): void;
  /**
   * Takes in the calls that left by then, of which those count as let in that nobody rejected. How likely it is that a
   * rejection among them found the bucket empty; whatever is believed, so many in a row are not chance.
   */
  takeIn(until: number): number;
  /** Forgets what is not taken in: it did not depend on the pace. */
  drop(): void;
  /** The share of calls that is rejected by chance. */
  chance(): number;
  /** The quota is below this rate with so much probability; infinity where it may as well be none. */
  quantile(probability: number): number;
  /** How many calls the bucket surely holds. */
  holds(now: number): number;
}

/**
 * Some eighteen hundred imaginary accounts, each a bucket of its own rate with its own share of chance, through which every call
 * goes. What a bucket holds is known between two bounds: a call that was let in found one in it, a call that the bucket
 * rejected did not. An account is the more likely the better it foresaw the calls.
 */
export const createBelief = (): Belief => {
  /** Of each account, the least and the most that its bucket holds, and how likely it is beside the likeliest. */
  const low = new Float64Array(count);
  const high = new Float64Array(count);
  const weight = new Float64Array(count);
  /** How likely the rates are that can be used, now and one call before; and of each sort, its likeliest account. */
  let ofRate = new Float64Array(rates.length);
  let ofRateBefore = new Float64Array(rates.length);
  const ofSort = new Float64Array(sorts.length).fill(1);
  let best = { sort: 0, rate: start, weight: 1 };
  let total = 0;
  let byChance = 0;
  let calls: Call[] = [];
  let taken = 0;
  /** Before the first rejection there is nothing to tell apart: when the last calls left is all that is kept. */
  let met = false;
  const early = new Float64Array(remembered);
  let earlier = 0;
  let clock = 0;
  let lastRejected = Number.NEGATIVE_INFINITY;
  let rejectedInRow = 0;

  each((k, rate, { saves, unlikely }) => {
    low[k] = saves * Math.min(rate, fastest);
    high[k] = low[k] + 1 + blur;
    const value = Math.exp(-unlikely) * Math.min(1, rate / start);
    weight[k] = value;
    total += value;
    ofRate[k % rates.length] = (ofRate[k % rates.length] as number) + value;
  });

  const foresee = ({ at, rejected }: Call): number => {
    const passed = Math.max(0, at - clock);
    clock = Math.max(clock, at);
    const scale = 1 / best.weight;
    const top = Math.min(best.rate, fastest);
    const changing = changes[best.sort] as number[];
    let heaviest = 0;
    let which = 0;
    let empties = 0;
    total = 0;
    byChance = 0;
    [ofRate, ofRateBefore] = [ofRateBefore, ofRate];
    ofRate.fill(0);
    for (let j = 0, k = 0; j < sorts.length; j++) {
      const { chance, noise, jitter, saves, unused } = sorts[j] as Sort;
      // An account may change: none is ever so unlikely that a few calls could not bring it back. It changes its rate or what it
      // rejects; both at once is less likely.
      const otherSort = (changing[j] as number) * scale;
      const otherwise = Math.max(
        otherRate * (ofSort[j] as number) * scale,
        rateAndChance * (changing[j] as number),
      );
      let likeliest = 0;
      const fewest = passed * (1 - noise);
      const most = passed * (1 + noise);
      let sum = 0;
      for (let i = 0; i < rates.length; i++, k++) {
        const rate = rates[i] as number;
        const sameSort = rate < top ? (otherwise * rate) / top : otherwise;
        const sameRate = otherSort * (ofRateBefore[i] as number);
        const floor = sameSort > sameRate ? sameSort : sameRate;
        let value = (weight[k] as number) * scale;
        if (value < floor) value = floor;
        let empty = 0;
        if (rate < Number.POSITIVE_INFINITY) {
          const saved = rate * saves;
          // One that saves nothing up holds a call as well.
          const full = saved > 1 ? saved : 1;
          let from = (low[k] as number) + rate * fewest;
          if (from > full) from = full;
          let to = (high[k] as number) + rate * most;
          if (to > saved + 1 + blur) to = saved + 1 + blur;
          if (from < 1) {
            const range = to + jitter - from;
            empty = range < (1 - from) / sure ? sure : (1 - from) / range;
          }
          if (!rejected) {
            from = from > 1 - jitter ? from - 1 : -jitter;
            to = to - 1 > from + blur ? to - 1 : from + blur;
          } else if (chance < (1 - chance) * empty && to > 1) {
            to = 1;
            if (from > 1 - blur) from = 1 - blur;
          }
          low[k] = from;
          high[k] = to;
        }
        const rejecting = chance + (1 - chance) * empty;
        value *= rejected ? rejecting : 1 - rejecting;
        if (rejected) empties += (value * empty) / rejecting;
        weight[k] = value;
        const used = i > unused ? i - unused : 0;
        ofRate[used] = (ofRate[used] as number) + value;
        sum += value;
        if (value > likeliest) {
          likeliest = value;
          if (value > heaviest) {
            heaviest = value;
            which = k;
          }
        }
      }
      ofSort[j] = likeliest;
      total += sum;
      byChance += sum * chance;
    }
    best = {
      sort: Math.floor(which / rates.length),
      rate: rates[which % rates.length] as number,
      weight: heaviest,
    };
    return empties / total;
  };

  return {
    left(at) {
      if (met) calls.push({ at, rejected: false });
      else early[earlier++ % remembered] = at;
    },
    rejected(at) {
      if (!met) {
        calls = [...early.slice(0, earlier)]
          .sort((a, b) => a - b)
          .map((left) => ({ at: left, rejected: false }));
        clock = calls[0]?.at ?? at;
        met = true;
      }
      lastRejected = Math.max(lastRejected, at);
      const call = calls.findLast((other, index) => index >= taken && other.at === at && !other.rejected);
      if (call) {
        call.rejected = true;
        return;
      }
      // It was taken in as one that was let in.
      for (let k = 0; k < count; k++) {
        low[k] = (low[k] as number) + 1;
        high[k] = (high[k] as number) + 1;
      }
      calls.splice(taken, 0, { at: clock, rejected: true });
    },
    unsaid(at) {
      const index = calls.findLastIndex((call, place) => place >= taken && call.at === at && !call.rejected);
      if (index >= 0) calls.splice(index, 1);
    },
    takeIn(until) {
      if (!met) return 0;
      let found = 0;
      const known = Math.max(until, lastRejected - outOfOrderMs);
      for (let call = calls[taken]; call && (call.rejected || call.at <= known); call = calls[taken]) {
        const empty = foresee(call);
        rejectedInRow = call.rejected ? rejectedInRow + 1 : 0;
        if (call.rejected) found = Math.max(found, rejectedInRow < inRow ? empty : 1);
        taken++;
      }
      if (taken > remembered) {
        calls = calls.slice(taken);
        taken = 0;
      }
      return found;
    },
    drop() {
      calls = [];
      taken = 0;
    },
    chance: () => (met ? byChance / total : (sorts[0] as Sort).chance),
    quantile(probability) {
      let i = 0;
      for (let left = probability * total; i < rates.length - 1; i++) {
        left -= ofRate[i] as number;
        if (left <= 0) break;
      }
      return rates[i] as number;
    },
    holds(now) {
      let sum = 0;
      each((k, rate, { saves }) => {
        const value = weight[k] as number;
        if (rate < Number.POSITIVE_INFINITY && value > believable * best.weight)
          sum += value * Math.min(rate * saves, (low[k] as number) + rate * (now - clock));
      });
      return Math.max(0, sum / total);
    },
  };
};

interface Call {
  readonly at: number;
  rejected: boolean;
}

/** No bucket is known better than by so many calls, and no call is foreseen more surely. */
const blur = 0.3;
const sure = 0.99;
/** An account that is less likely than this share of the likeliest says nothing of what the bucket holds. */
const believable = 0.01;
/** A call that left so long before one that is known to be rejected was let in, or its rejection would be known. */
const outOfOrderMs = 6;
/** So many calls that are rejected in a row are not rejected by chance. */
const inRow = 12;
/** So many calls before the first rejection tell something. */
const remembered = 200;

const count = rates.length * sorts.length;
/** Accounts are kept sort by sort, in each by their rates. */
const each = (visit: (k: number, rate: number, sort: Sort) => void): void => {
  let k = 0;
  for (const sort of sorts) for (const rate of rates) visit(k++, rate, sort);
};
