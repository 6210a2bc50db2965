import type { JobEntry } from "../../run/ledger/job.js";
import { after, type Door, holding } from "../door.js";
import { type Failure, isFailure, type questions } from "./attempt.js";
import { stageAfter } from "./moves.js";

/** A job after something was asked for it, and why that came to nothing, where it did. */
export interface Stepped {
  readonly job: JobEntry;
  readonly failure?: Failure;
}

/** Writes a job's next step; `null` where somebody else has gone on with it meanwhile. */
export const advance = async (
  door: Door,
  job: JobEntry,
  changes: Partial<JobEntry>,
): Promise<JobEntry | null> => {
  const next = after(job, door.clock, changes);
  return (await holding(door, () => door.ledger.appendJob(next))) ? next : null;
};

/** Writes where a job is after something was asked for it: where somebody else has gone on with it, as that one left it. */
export const move = async (
  door: Door,
  job: JobEntry,
  call: keyof typeof questions,
  came: Parameters<typeof stageAfter>[2] | Failure,
  changes: Partial<JobEntry> = {},
): Promise<Stepped> => {
  const failure = isFailure(came) ? { failure: came } : {};
  const stage = stageAfter(job.stage, call, isFailure(came) ? came.is : came);
  if (stage === job.stage && Object.keys(changes).length === 0) return { job, ...failure };
  const moved = await advance(door, job, { ...changes, stage });
  return moved ? { job: moved, ...failure } : { job: await latest(door, job) };
};

/** A job as the ledger has it. */
export const latest = (door: Door, job: JobEntry): Promise<JobEntry> =>
  holding(door, async () => (await door.ledger.jobs()).find(({ key }) => key === job.key) ?? job);

/** Says in the ledger why a job is no further, which moves it nowhere. */
export const tell = async (door: Door, job: JobEntry, trouble: string): Promise<void> => {
  if (job.trouble === trouble) return;
  await holding(door, () => door.ledger.appendJob({ ...after(job, door.clock, { trouble }), at: job.at }));
};
