import { known } from "../../bedrock/control-answers.js";
import { openControlPlane } from "../../bedrock/control-plane.js";
import type { JobEntry } from "../../run/ledger/job.js";
import type { Door } from "../door.js";

/** The account of a role, in which alone jobs can be made with it. */
export const accountOf = (roleArn: string): string => roleArn.split(":")[4] ?? "";

/** Whether credentials are of another account than a job's, as far as somebody tells. */
export const isOtherAccount = async (
  { plan, place }: Pick<Door, "plan" | "place">,
  job: JobEntry,
): Promise<boolean> => {
  const plane = openControlPlane(plan.connection, questionMs);
  try {
    const account = known(await plane.caller()) ?? accountOf(place.roleArn);
    return account !== job.plan.account;
  } finally {
    plane.close();
  }
};

const questionMs = 10_000;
