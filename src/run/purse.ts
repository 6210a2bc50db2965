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

/** Two shares together. */
export const addShares = (one: Share, other: Share): Share => ({
  rows: one.rows + other.rows,
  tokens: one.tokens + other.tokens,
  usd: one.usd + other.usd,
});

/** What is left of a share without another. */
export const withoutShare = (whole: Share, part: Share): Share => ({
  rows: whole.rows - part.rows,
  tokens: whole.tokens - part.tokens,
  usd: whole.usd - part.usd,
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
  const taken = { ...nothing };
  let open = 0;
  let waiting: (() => void)[] = [];
  const add = (share: Share, sign: 1 | -1): void => {
    taken.rows += sign * share.rows;
    taken.tokens += sign * share.tokens;
    taken.usd += sign * share.usd;
  };
  return {
    async take(worst) {
      const reason = passedCeiling(taken, worst, ceilings);
      if (reason !== null)
        return { reason, freed: open === 0 ? null : new Promise((resolve) => waiting.push(resolve)) };
      add(worst, 1);
      open++;
      return null;
    },
    async settle(worst, actual, calls = 1) {
      open -= calls;
      add(worst, -1);
      add(actual, 1);
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
  };
};
