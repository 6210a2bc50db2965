import type { Ceilings } from "../../connection/connection.js";
import { ConnectorError } from "../../core/errors.js";
import type { JobEntry } from "../../run/ledger/job.js";
import { isUnmade } from "./drive-jobs.js";
import { nameOf } from "./submit.js";

/**
 * Why a run does not make a job: it was planned under higher ceilings than the run's own. `null` where it may. What a job may take
 * was set aside by the run that planned it, so nothing is for it again.
 */
export const keptOut = (job: JobEntry, ceilings: Ceilings): ConnectorError | null => {
  if (!isUnmade(job)) return null;
  for (const [of, name] of names) {
    const [own, planned = null] = [ceilings[of], job.plan.ceilings?.[of]];
    if (own === null || (planned !== null && planned <= own)) continue;
    const before = planned === null ? "was not set" : `was ${planned}`;
    return new ConnectorError(
      "budget_reached",
      `${name} is ${own}, and ${before} when the job of this row was planned, which is not made. \`bedrock-model batch submit --job ${nameOf(job)}\` makes it all the same; \`batch stop\` with the same name gives it up, and its rows are planned anew.`,
    );
  }
  return null;
};

const names = [
  ["rows", "max_rows"],
  ["tokens", "max_tokens_total"],
  ["usd", "max_spend_usd"],
] as const;
