import { ConnectorError } from "../../core/errors.js";
import type { RunDoor, Session } from "../../enrich/session.js";
import type { Entry } from "../../run/ledger/entry.js";
import { isOpen, type JobEntry, type JobSize } from "../../run/ledger/job.js";
import { nothing } from "../../run/purse.js";
import type { Delivered } from "../../run/record-and-reuse.js";
import { noJobs, unbatchable } from "../batchable.js";
import { takeOver } from "../deadline.js";
import { after, type Door, type DoorParts } from "../door.js";
import { newJob } from "../job/new-job.js";
import type { KnownLimits } from "../limits.js";
import { shareOf } from "../plan/share.js";
import { openInWords } from "../view.js";
import { createDriver } from "./collect-driver.js";

/**
 * The door of a host's run whose rows come one by one, and do not wait. Calls are added to a job that stays open in the ledger for
 * this run. It is closed and made when it is full, or when one of its rows comes again: hosts send what has not succeeded in their
 * next run, so the one before has gone through its table.
 */
export const collectRows = (
  session: Session,
  door: Door,
  run: string,
  { deadlineMs, parts }: { deadlineMs?: number | undefined; parts?: DoorParts | undefined },
): RunDoor => {
  const { plan, ledger, clock } = door;
  const purse = session.purse(run);
  const none = noJobs(plan);
  const driver = createDriver(session, door, {
    parts,
    hasDeadline: deadlineMs !== undefined,
  });
  let open: Promise<JobEntry> | null = null;
  let known: Promise<KnownLimits> | undefined;
  const limits = async () => {
    known ??= door.limits();
    return (await known).limits;
  };
  /** Rows of jobs that came to nothing here, which are called. */
  const onLine = new Set<string>();

  /** Jobs that take no more, and may have to wait for their place. */
  const full = new Set<string>();

  const isOpenForRun = ({ key, stage, plan: { run: of } }: JobEntry): boolean =>
    stage === "collecting" && of === run && !full.has(key);
  const begin = async (): Promise<JobEntry> => {
    const found = (await driver.look()).find(isOpenForRun);
    if (found) return found;
    const job = newJob(door, "collecting", { run, deadline: newDeadline() });
    await ledger.appendJob(job);
    door.at("collecting");
    // Another worker may have begun one at the same time: the first is everybody's.
    const first = (await driver.look()).find(isOpenForRun) ?? job;
    if (first.key !== job.key) await ledger.appendJob(after(job, clock, { stage: "abandoned" }));
    return first;
  };
  const openJob = (): Promise<JobEntry> => {
    open ??= begin().catch((error: unknown) => {
      open = null;
      throw error;
    });
    return open;
  };

  const newDeadline = (): number | undefined =>
    deadlineMs === undefined ? undefined : clock.date() + deadlineMs;
  /** What is in the job that is open, as far as it is known here. */
  let collected: JobSize | undefined;
  const isNear = (at: number | undefined): boolean =>
    at !== undefined &&
    takeOver([], { at, pace: session.pace, ...(collected && { others: collected }) }, clock) !== null;
  const waiting = async (job: JobEntry, size?: JobSize): Promise<ConnectorError> => {
    const fault = driver.fault(job);
    if (fault) return fault;
    if (job.stage !== "collecting") return new ConnectorError("batch_pending", openInWords([job]));
    const { leastRecords } = await limits();
    const sofar = size
      ? `${size.calls} rows are collected for one so far, which`
      : "Rows are collected for one, which";
    return new ConnectorError(
      "batch_pending",
      `${sofar} takes ${leastRecords} at least. It is made when the next sync brings them again, or at once by \`bedrock-model batch submit\`.`,
    );
  };

  /** Where an entry's job is open: why its row waits. */
  const goOn: NonNullable<Delivered["goOn"]> = async (entry, stop) => {
    const job = await driver.jobOf(entry.job);
    if (!job || !isOpen(job)) return null;
    const isOfRun = job.plan.run === run && clock.date() - entry.at < quietMs;
    if (job.stage === "collecting" && isOfRun && !isNear(job.plan.deadline)) return waiting(job);
    if (isOpenForRun(job)) open = null;
    const gone = await driver.drive(job, stop);
    if (isOpen(gone)) return waiting(gone);
    if (gone.stage === "abandoned") onLine.add(entry.key);
    return null;
  };

  const isCalled = async (entry: Entry | null): Promise<boolean> => {
    const job = entry?.job === undefined ? undefined : await driver.jobOf(entry.job);
    return job !== undefined && (job.stage === "abandoned" || driver.isTakenOver(job));
  };

  /** Adds a call to the run's job: why its row waits; `null` where it is called. */
  const put: Delivered["withheld"] = async (request, entry, stop) => {
    if (request.isAgain || none !== null || unbatchable(request, plan.connection.api) !== null) return null;
    const lost = driver.lost(request.key);
    if (isNear(newDeadline()) || lost?.isCalled || onLine.has(request.key) || (await isCalled(entry)))
      return null;
    const share = shareOf(plan, request);
    if (share instanceof ConnectorError) return null;
    const refused = share && (await purse.take(share));
    if (refused instanceof ConnectorError) return refused;
    if (refused) return new ConnectorError("budget_reached", refused.reason);
    const { key, modelId: model, routeKey: target, body } = request;
    const { recordsPerJob, bytesPerJob } = await limits();
    let size: JobSize | null = null;
    try {
      for (;;) {
        const job = await openJob();
        const call = { state: "intent", key, at: clock.date(), job: job.key, model, target, body } as const;
        size = await ledger.addCall(call, recordsPerJob);
        collected = size ?? undefined;
        if (size && size.calls < recordsPerJob && size.bytes < bytesPerJob * fullest)
          return lost?.fault ?? (await waiting(job, size));
        // It is full, or somebody has closed it.
        full.add(job.key);
        if ((await open) === job) open = null;
        const gone = await driver.drive(job, stop);
        if (size) return lost?.fault ?? (await waiting(gone));
      }
    } finally {
      // This run will not hear what it has really cost.
      if (share) await purse.settle(share, size ? share : nothing);
    }
  };

  return {
    purse,
    lasts: true,
    isHurried: deadlineMs !== undefined,
    delivered: {
      isOurs: driver.isOurs,
      pending: () => undefined,
      goOn,
      withheld: put,
    },
  };
};

/** A host whose runs have no ids goes through its rows anew after this: see `enrich/session.ts`. */
const quietMs = 10 * 60_000;

/** Others are just adding to it. */
const fullest = 0.75;
