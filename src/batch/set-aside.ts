import { addShares, nothing, type Purse, type Share, withoutShare } from "../run/purse.js";

/** What is set aside for the calls of a job, of what a run may spend. Each is settled by itself, or all that are left together. */
export interface SetAside extends Pick<Purse, "settle"> {
  /** A call's share was taken from the purse. */
  add(share: Share): void;
  /** Settles what has not been: it was spent, or it comes back. */
  end(isSpent: boolean): Promise<void>;
}

export const createSetAside = (purse: Pick<Purse, "settle">): SetAside => {
  let share = nothing;
  let calls = 0;
  const settle: Purse["settle"] = (worst, actual, settled = 1) => {
    share = withoutShare(share, worst);
    calls -= settled;
    return purse.settle(worst, actual, settled);
  };
  return {
    settle,
    add(worst) {
      share = addShares(share, worst);
      calls++;
    },
    end: async (isSpent) => {
      if (calls > 0) await settle(share, isSpent ? share : nothing, calls);
    },
  };
};
