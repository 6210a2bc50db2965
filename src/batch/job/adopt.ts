import { ConnectorError } from "../../core/errors.js";
import { isBounded } from "../../run/budget.js";
import type { JobEntry } from "../../run/ledger/job.js";
import { createDeposit, type Purse } from "../../run/purse.js";
import { type Door, holding } from "../door.js";
import { worstOf } from "../output/take-lines.js";
import type { Planned } from "../plan/plan-jobs.js";

/** Whether a planned job may be made: not yet, while whoever planned it may be at it; or not, and the ceiling why, in words. */
export type MayMake = true | "not yet" | { readonly why: string };

/**
 * Has a run take over a job that another one has planned and not made: what it may take is set aside under the ceilings of this
 * run. @throws ConnectorError of the ledger
 */
export const adopt = async (
  door: Door,
  job: JobEntry,
  planned: Planned,
  { purse, run }: { purse: Purse; run: string | undefined },
): Promise<MayMake> => {
  if (planned.jobs.has(job.key) || !isBounded(door.plan.connection.ceilings)) return true;
  // Workers of one run have one purse.
  if (run !== undefined && job.plan.run === run) return true;
  if (door.clock.date() - job.at < aliveMs) return "not yet";
  const deposit = createDeposit(purse);
  return holding(door, async () => {
    for await (const call of door.ledger.callsOf(job.key)) {
      const share = worstOf(door, call);
      const refused = share && (await purse.take(share));
      if (refused) {
        await deposit.giveBack();
        if (refused instanceof ConnectorError) throw refused;
        return { why: refused.reason };
      }
      if (share) deposit.add(share);
    }
    planned.jobs.set(job.key, deposit);
    return true;
  });
};

/** Who plans a job makes it within this time, where there is a place for it. */
const aliveMs = 2 * 60_000;
