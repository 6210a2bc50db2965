import { randomBytes } from "node:crypto";
import type { JobEntry } from "../run/ledger/job.js";
import { accountOf } from "./account.js";
import type { Door } from "./door.js";

/** A job that nothing is in yet. */
export const newJob = (
  { plan, place, clock }: Pick<Door, "plan" | "place" | "clock">,
  stage: JobEntry["stage"],
  more: Pick<JobEntry["plan"], "deadline" | "run">,
): JobEntry => {
  const key = randomBytes(16).toString("hex");
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
      ...more,
    },
  };
};
