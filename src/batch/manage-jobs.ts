import { ConnectorError } from "../core/errors.js";
import { openSession } from "../enrich/session.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import { attempt, isFailure } from "./attempt.js";
import { type Door, holding, openDoor, ownJobs } from "./door.js";
import { driveJobs } from "./drive-jobs.js";
import { move, type Stepped, tell } from "./step.js";
import { factsOf, findOut } from "./submit.js";
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
        isMine: () => true,
        takesOver: () => false,
        ...(action === "stop" && { wanted: () => true, forgets: true }),
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

/** Asks how far the open jobs are. Why one was not told is said of it, and keeps nobody from the others. */
const look = async (door: Door): Promise<void> => {
  for (const job of await jobsOf(door)) {
    const { failure, ...seen } = await ask(door, job);
    if (failure) await tell(door, seen.job, failure.why);
  }
};

const ask = async (door: Door, job: JobEntry): Promise<Stepped> => {
  const { stage, arn } = job;
  if (stage === "creating") return findOut(door, job);
  if (stage !== "submitted" || arn === undefined) return { job };
  const state = await attempt("get", () => door.jobs.get(arn));
  if (isFailure(state)) return { job, failure: state };
  return state === null ? { job } : move(door, job, "get", "open", factsOf(state));
};
