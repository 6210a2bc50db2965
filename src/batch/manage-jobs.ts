import { ConnectorError } from "../core/errors.js";
import { openSession } from "../enrich/session.js";
import { isOpen, type JobEntry } from "../run/ledger/job.js";
import { countCalls, type Door, holding, openDoor, ownJobs } from "./door.js";
import { attempt, isFailure } from "./job/attempt.js";
import { driveJobs } from "./job/drive-jobs.js";
import { move, type Stepped, tell } from "./job/step.js";
import { factsOf, findOut, nameOf } from "./job/submit.js";
import { type BatchJob, type JobsAction, type ManageOptions, viewJob } from "./view.js";

/**
 * Looks after the batch jobs of a connection: those in its ledger, of its model and place. @throws ConnectorError where settings,
 * ledger or service do not let it
 */
export const manageJobs = async (
  config: unknown,
  action: JobsAction,
  { signal = new AbortController().signal, job: only, onJobs }: ManageOptions = {},
): Promise<BatchJob[]> => {
  const session = await openSession(config, "enrich");
  if (session instanceof ConnectorError) throw session;
  const door = openDoor(session);
  if (!door)
    throw new ConnectorError("invalid_config", "Batch jobs need batch_s3_uri, batch_role_arn and a ledger.");
  const isNamed = (job: JobEntry): boolean => only === undefined || nameOf(job) === only;
  const chosen = async (): Promise<JobEntry[]> => (await jobsOf(door)).filter(isNamed);
  try {
    if (only !== undefined && (await chosen()).length === 0)
      throw new ConnectorError("invalid_config", `The ledger has no job ${only} of this model and place.`);
    if (action === "status") await look(door, await chosen());
    if (action === "submit" || action === "wait" || action === "stop") {
      const isForMe = (job: JobEntry): boolean => isNamed(job) && (action !== "submit" || isToBeMade(job));
      const { fault } = await driveJobs(door, {
        stop: signal,
        once: action === "submit",
        isMine: isForMe,
        takesOver: () => false,
        ...(action === "stop" && { wanted: () => true, forgets: true }),
        purse: () => null,
        report: (jobs) => onJobs?.(jobs.map(viewJob)),
      });
      if (fault && (await jobsOf(door)).some((job) => isOpen(job) && isForMe(job))) throw fault;
    }
    return await Promise.all((await chosen()).map((job) => viewWhole(door, job)));
  } finally {
    door.jobs.close();
  }
};

const jobsOf = (door: Door): Promise<JobEntry[]> => holding(door, () => ownJobs(door));

/** Whether the service has yet to be asked for a job, as far as anybody knows. */
const isToBeMade = ({ stage }: JobEntry): boolean => isOpen({ stage }) && stage !== "submitted";

/** A job with the calls that are in it, also where it is open to more. */
const viewWhole = (door: Door, job: JobEntry): Promise<BatchJob> =>
  holding(door, async () => {
    if (job.stage !== "collecting" && job.stage !== "counting") return viewJob(job);
    return { ...viewJob(job), records: await countCalls(door, job.key) };
  });

/** Asks how far the open jobs are. Why one was not told is said of it, and keeps nobody from the others. */
const look = async (door: Door, jobs: readonly JobEntry[]): Promise<void> => {
  for (const job of jobs) {
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
