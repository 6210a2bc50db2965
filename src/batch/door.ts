import { type Jobs, openJobs } from "../bedrock/jobs.js";
import { type Store, storeOf } from "../bedrock/object-store.js";
import type { BatchPlace } from "../connection/batch-place.js";
import type { Clock } from "../core/clock.js";
import { ConnectorError } from "../core/errors.js";
import type { Plan } from "../enrich/plan.js";
import type { Session } from "../enrich/session.js";
import type { JobEntry } from "../run/ledger/job.js";
import type { SharedLedger } from "../run/ledger/shared-ledger.js";
import { limitsOf } from "./ask-limits.js";
import type { BatchLimits, KnownLimits } from "./limits.js";

/** Moments of a job at which a process may be gone the next: specs stop it there. */
export type Moment =
  | "collecting"
  | "counting"
  | "released"
  | "planning"
  | "planned"
  | "written"
  | "uploaded"
  | "looked"
  | "marked"
  | "created"
  | "submitted"
  | "ended"
  | "read"
  | "settled";

/** What batch jobs of a session are made with. */
export interface Door {
  readonly plan: Plan;
  readonly ledger: SharedLedger;
  readonly place: BatchPlace;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** Asks the account, which may take seconds the first time. */
  limits(): Promise<KnownLimits>;
  at(moment: Moment): void;
}

export interface DoorParts {
  readonly clock?: Clock;
  readonly limits?: Partial<BatchLimits>;
  readonly at?: (moment: Moment) => void;
}

/** The door of a session that keeps a ledger and has a place for jobs; `null` for any other. */
export const openDoor = (session: Session, parts: DoorParts = {}): Door | null => {
  const { plan, ledger } = session;
  const { limits, at = () => undefined, clock = session.clock } = parts;
  const { batch: place } = plan.connection;
  if (!ledger || !place) return null;
  let jobs: Jobs | undefined;
  return {
    ...{ plan, ledger, place, clock, at },
    store: storeOf(plan.connection),
    // A host's row may need none of it.
    get jobs() {
      jobs ??= openJobs(plan.connection);
      return jobs;
    },
    async limits() {
      const known = await limitsOf(plan, clock.date());
      return { ...known, limits: { ...known.limits, ...limits } };
    },
  };
};

/**
 * Does something with the ledger while it is held: no other process has a file then. Other runs of this process do, and workers
 * on a database, so whatever must be done once is a step of a job (see `appendJob`). @throws ConnectorError
 */
export const holding = async <Result>(
  { ledger }: Pick<Door, "ledger">,
  use: () => Promise<Result>,
): Promise<Result> => {
  const release = await ledger.hold();
  if (release instanceof ConnectorError) throw release;
  try {
    return await use();
  } finally {
    release();
  }
};

/** The jobs of this door's model and place, as the ledger has them now. */
export const ownJobs = async ({ ledger, plan }: Pick<Door, "ledger" | "plan">): Promise<JobEntry[]> =>
  (await ledger.jobs()).filter((job) => job.plan.target === plan.routeKey);

/** How many calls the ledger has in a job. */
export const countCalls = async ({ ledger }: Pick<Door, "ledger">, job: string): Promise<number> => {
  let count = 0;
  for await (const _ of ledger.callsOf(job)) count++;
  return count;
};

/** The next step of a job, with what has changed, at this time. */
export const after = (
  { trouble: _, ...job }: JobEntry,
  clock: Pick<Clock, "date">,
  changes: Partial<JobEntry>,
): JobEntry => ({ ...job, ...changes, at: clock.date(), step: job.step + 1 });
