import { ConnectorError } from "../core/errors.js";
import { openSession } from "../enrich/session.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import { after, type Door, holding, openDoor, ownJobs } from "./door.js";
import { driveJobs } from "./drive-jobs.js";
import { type BatchJob, type JobsAction, type ManageOptions, viewJob } from "./view.js";

/**
 * Looks after the batch jobs of a connection: those in its ledger, of its model and place. @throws ConnectorError where settings,
 * ledger or service do not let it
 */
export const manageJobs = async (
  config: unknown,
  action: JobsAction,
  { signal = new AbortController().signal, onJobs }: ManageOptions = {},
): Promise<BatchJob[]> => {
  const session = await openSession(config, "enrich");
  if (session instanceof ConnectorError) throw session;
  const door = openDoor(session);
  if (!door)
    throw new ConnectorError("invalid_config", "Batch jobs need batch_s3_uri, batch_role_arn and a ledger.");
  try {
    if (action === "status") await look(door);
    if (action === "wait" || action === "stop") {
      const { fault } = await driveJobs(door, {
        stop: signal,
        once: false,
        ...(action === "stop" && { wanted: () => true }),
        purse: () => null,
        report: (jobs) => onJobs?.(jobs.map(viewJob)),
      });
      if (fault && (await jobsOf(door)).some(isOpen)) throw fault;
    }
    return (await jobsOf(door)).map(viewJob);
  } finally {
    door.jobs.close();
  }
};

const jobsOf = (door: Door): Promise<JobEntry[]> => holding(door, () => ownJobs(door));

const look = async (door: Door): Promise<void> => {
  for (const job of await jobsOf(door)) {
    if (job.stage !== "submitted" || job.arn === undefined) continue;
    const { status, message, processed } = await door.jobs.get(job.arn);
    const report = { status, ...(message !== null && { message }), ...(processed !== null && { processed }) };
    await holding(door, () => door.ledger.appendJob(after(job, door.clock, { report })));
  }
};
