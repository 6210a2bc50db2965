import type { Ceilings } from "../connection/connection.js";
import type { ConnectorError } from "../core/errors.js";

/** What one call takes of each ceiling. */
export interface Share {
  readonly rows: number;
  readonly tokens: number;
  readonly usd: number;
}

/** Why a share was not taken: the ceiling that it would pass, and what open calls may give back, if any are open. */
export interface Refused {
  readonly reason: string;
  /** Resolves when it may be tried again; `null` when nothing will come back. */
  readonly freed: Promise<void> | null;
}

/** What a run has left under its ceilings. Shares that are taken are settled, each once, some of them together. */
export interface Purse {
  take(worst: Share): Promise<null | Refused | ConnectorError>;
  /** A call has ended that took `actual` of its worst case; or so many calls, all together. */
  settle(worst: Share, actual: Share, calls?: number): Promise<void>;
}

export const nothing: Share = { rows: 0, tokens: 0, usd: 0 };

/** What a batch job has set aside for its calls in the purse of a run, which may end before they do. */
export interface Deposit extends Pick<Purse, "settle"> {
  /** One more call's share, which was taken. */
  add(share: Share): void;
  /** Of the calls that have not ended nothing was sent. */
  giveBack(): Promise<void>;
  /** The run does not wait for the calls that have not ended: their shares stay taken, and nothing comes back of them. */
  leave(): Promise<void>;
}

export const createDeposit = (purse: Purse): Deposit => {
  let calls = 0;
  let held = nothing;
  const end = async (actual: Share): Promise<void> => {
    const [ended, worst] = [calls, held];
    [calls, held] = [0, nothing];
    if (ended > 0) await purse.settle(worst, actual, ended);
  };
  return {
    add(share) {
      calls++;
      held = addShares(held, share, 1);
    },
    async settle(worst, actual, ended = 1) {
      // Of a call that has ended before, more is told.
      if (ended > 0) held = addShares(held, worst, -1);
      calls -= ended;
      await purse.settle(worst, actual, ended);
    },
    giveBack: () => end(nothing),
    leave: () => end(held),
  };
};

const addShares = (one: Share, other: Share, sign: 1 | -1): Share => ({
  rows: one.rows + sign * other.rows,
  tokens: one.tokens + sign * other.tokens,
  usd: one.usd + sign * other.usd,
});

/** The ceiling that a share would pass beside what is taken, in words; `null` for none. */
export const passedCeiling = (taken: Share, worst: Share, ceilings: Ceilings): string | null => {
  if (ceilings.rows !== null && taken.rows + worst.rows > ceilings.rows)
    return `max_rows is ${ceilings.rows}.`;
  if (ceilings.tokens !== null && taken.tokens + worst.tokens > ceilings.tokens)
    return `the next call could pass max_tokens_total, which is ${ceilings.tokens}.`;
  if (ceilings.usd !== null && taken.usd + worst.usd > ceilings.usd)
    return `the next call could pass max_spend_usd, which is ${ceilings.usd}.`;
  return null;
};

/** The purse of a run in one process. */
export const createLocalPurse = (ceilings: Ceilings): Purse => {
  let taken = nothing;
  let open = 0;
  let waiting: (() => void)[] = [];
  return {
    async take(worst) {
      const reason = passedCeiling(taken, worst, ceilings);
      if (reason !== null)
        return { reason, freed: open === 0 ? null : new Promise((resolve) => waiting.push(resolve)) };
      taken = addShares(taken, worst, 1);
      open++;
      return null;
    },
    async settle(worst, actual, calls = 1) {
      open -= calls;
      taken = addShares(addShares(taken, worst, -1), actual, 1);
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
  };
};
