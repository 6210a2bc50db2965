import { randomBytes } from "node:crypto";
import type { JobEntry } from "../../run/ledger/job.js";
import { accountOf } from "../access/account.js";
import type { Door } from "../door.js";

/** A job that nothing is in yet. */
export const newJob = (
  { plan, place, clock }: Pick<Door, "plan" | "place" | "clock">,
  stage: JobEntry["stage"],
  { deadline, run }: { deadline?: number | undefined; run?: string | undefined },
): JobEntry => {
  const key = randomBytes(16).toString("hex");
  const { rows, tokens, usd } = plan.connection.ceilings;
  return {
    ...{ state: "job", key, at: clock.date(), version: 1, step: 1, stage },
    plan: {
      model: plan.connection.modelId,
      target: plan.routeKey,
      api: plan.connection.api,
      // The service takes all that is in the one, and writes into the other while it does.
      input: `${place.input}${key}/in/`,
      output: `${place.output}${key}/out/`,
      files: [],
      account: accountOf(place.roleArn),
      ...(deadline !== undefined && { deadline, hours: hoursUntil(deadline, clock.date()) }),
      ...(run !== undefined && { run }),
      ceilings: { rows, tokens, usd },
    },
  };
};

/** A job that is wanted later than the service usually lets one wait may wait so long; it takes 24 to 168 hours. */
const hoursUntil = (deadline: number, now: number): number =>
  Math.min(168, Math.max(24, Math.ceil((deadline - now) / 3_600_000)));
