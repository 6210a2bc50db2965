import type { JobState } from "../../bedrock/jobs.js";
import type { JobEntry } from "../../run/ledger/job.js";
import type { Deposit } from "../../run/purse.js";
import type { Door } from "../door.js";
import { hasEnded, readOutput } from "../output/read-output.js";
import { attempt, isFailure } from "./attempt.js";
import { move, type Stepped } from "./step.js";
import { factsOf, hoursOf, nameOf } from "./submit.js";

interface Watch {
  /** Whether it is to be stopped. */
  readonly stopIt: boolean;
  /** Whether one that the service does not know is given up at once. */
  readonly forgets: boolean;
  readonly purse: Deposit | null;
}

/** Looks how far a job is that the service has, and reads what it has written if it has ended. @throws ConnectorError of the ledger */
export const watch = async (door: Door, job: JobEntry, how: Watch): Promise<Stepped> => {
  const { arn } = job;
  const state = await attempt("get", () =>
    arn === undefined ? door.jobs.find(nameOf(job), job.key) : door.jobs.get(arn),
  );
  if (isFailure(state)) return { job, failure: state };
  if (state === null) return readGone(door, job, how);
  if (ends.has(state.status)) {
    door.at("ended");
    return read(door, job, state, how);
  }
  const facts = factsOf(state);
  const isNews =
    facts.arn !== arn ||
    job.trouble !== undefined ||
    facts.report.status !== job.report?.status ||
    facts.report.processed !== job.report?.processed;
  const seen = await move(door, job, "get", "open", isNews ? facts : {});
  if (!how.stopIt || state.status === "Stopping") return seen;
  const stopped = await attempt("stop", () => door.jobs.stop(state.arn));
  // It may end by itself, and is waited for.
  return isFailure(stopped) ? { ...seen, failure: { ...stopped, is: "passing" } } : seen;
};

const ends: ReadonlySet<string> = new Set([
  "Completed",
  "PartiallyCompleted",
  "Failed",
  "Stopped",
  "Expired",
]);

const read = async (door: Door, job: JobEntry, state: JobState, { purse }: Watch): Promise<Stepped> => {
  const done = await attempt("read", () => readOutput(door, job, state, purse));
  return isFailure(done) ? { job, failure: done } : { job: done };
};

/**
 * A job that the service does not know any more, or not to these credentials, is read once it has certainly ended, or the user
 * gives it up: what has no line then is held. One that it knows by its token, and has not shown yet, is not given up.
 */
const readGone = async (door: Door, job: JobEntry, how: Watch): Promise<Stepped> => {
  const over = job.at + (hoursOf(job) + hoursSpare) * 3_600_000;
  const isShown = job.arn !== undefined;
  const isOver = (how.forgets && isShown) || door.clock.date() > over;
  const done = isOver || (await attempt("read", () => hasEnded(door, job)));
  if (isFailure(done)) return { job, failure: done };
  if (!done && !isShown)
    return { job, failure: { is: how.forgets ? "refused" : "passing", why: unlisted, isSoon: false } };
  if (!done) return { job, failure: { is: "refused", why: unknownUntil(over), isSoon: false } };
  const message = "Bedrock does not know it any more; what it had written was read.";
  return read(
    door,
    job,
    { arn: job.arn ?? "", status: "Unknown", message, processed: null, total: null },
    how,
  );
};

/** Clocks differ, and a job may have been queued for a while. */
const hoursSpare = 24;

const unlisted =
  "Bedrock knows it by its token, and does not list it yet: it may be at work, and is looked for again.";

const unknownUntil = (over: number): string =>
  `Bedrock has no such job, at least for these credentials, and no result of it is in S3. Its rows wait until ${new Date(over).toISOString().slice(0, 16)}Z, when it has certainly ended, or until \`bedrock-model batch stop\` gives it up: they are held then.`;
