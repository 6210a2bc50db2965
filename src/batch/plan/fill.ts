import { ConnectorError } from "../../core/errors.js";
import type { InvokeRequest } from "../../core/invoke.js";
import { readOptions } from "../../enrich/enrich-rows.js";
import type { RunDoor, Session } from "../../enrich/session.js";
import type { Entry } from "../../run/ledger/entry.js";
import { isOpen, type JobEntry } from "../../run/ledger/job.js";
import { takeOver } from "../deadline.js";
import type { DeliverOptions } from "../delivery.js";
import { type Door, holding, ownJobs } from "../door.js";
import { driveJobs, isGivenUp } from "../job/drive-jobs.js";
import { keptOut } from "../job/kept-out.js";
import { openInWords } from "../view.js";
import { type CallAhead, callAhead } from "./call-ahead.js";
import { createKeySet } from "./key-set.js";
import { createPlanned, type Planned, planJobs } from "./plan-jobs.js";
import type { readAgain } from "./read-again.js";
import { tellProgress, warnOfCalls } from "./tell-progress.js";

/**
 * Has jobs answer what they can, and tells the run which rows are then called. Where jobs took less than was set aside for them,
 * rows that a ceiling kept out are planned once more. @throws ConnectorError of the ledger
 */
export const fill = async (
  session: Session,
  door: Door,
  rows: ReturnType<typeof readAgain>,
  options: DeliverOptions | null | undefined,
  runId: string | undefined,
): Promise<RunDoor> => {
  const { signal: stop = new AbortController().signal } = readOptions(options);
  const purse = session.purse(runId);
  const given = options?.deadlineMs;
  const deadline = given === undefined ? undefined : door.clock.date() + given;
  const isOnLine = session.plan.connection.delivery === "auto" || deadline !== undefined;
  const takesOver = ({ plan }: JobEntry): boolean => isOnLine || plan.deadline !== undefined;
  let isHurried = deadline !== undefined && deadline - door.clock.date() < flexMs;
  const planned = createPlanned();
  const whyNot = (job: JobEntry) => keptOut(job, door.plan.connection.ceilings);
  const isOfRows = ({ key }: JobEntry): boolean => planned.jobs.has(key) || planned.waitedFor.has(key);
  const isMine = (job: JobEntry): boolean => isOfRows(job) && !whyNot(job);
  const report = tellProgress(options, planned);
  const ended: JobEntry[] = [];
  const ahead = callAhead(session, planned.line, { stop, run: runId, door: () => ({ purse, isHurried }) });
  const calling: Promise<void>[] = [];
  try {
    for (let looks = 0; ; ) {
      const before = planned.records;
      await planJobs(door, rows(), planned, { purse, stop, takesOver: isOnLine, deadline, run: runId });
      const isWaited = options?.detach !== true && planned.jobs.size + planned.waitedFor.size > 0;
      // Where rows cannot be read just now, nothing else ends: who comes for their outcomes reads them again, and is told.
      if (isWaited && planned.line.size() > ahead.taken())
        calling.push(ahead.go(rows()).catch(() => undefined));
      let isTaken = false;
      const { open, fault, ...done } = await driveJobs(door, {
        stop,
        isMine,
        takesOver,
        once: options?.detach === true,
        wanted(jobs) {
          const at =
            deadline ?? Math.min(...jobs.map(({ plan }) => plan.deadline ?? Number.POSITIVE_INFINITY));
          const taken = takeOver(
            jobs,
            { at, pace: session.pace, others: leftOf(planned, ahead) },
            door.clock,
          );
          // What has not been begun goes by the default tier.
          if (taken) ahead.leave();
          if (taken) report("waiting", [...ended, ...jobs], taken);
          isTaken ||= taken !== null;
          isHurried ||= isTaken;
          return taken !== null;
        },
        purse: ({ key }) => planned.jobs.get(key) ?? null,
        report: (jobs) => report("waiting", [...ended, ...jobs]),
      });
      ended.push(...done.ended);
      const all = (await holding(door, () => ownJobs(door))).filter(isOfRows);
      const mine = all.filter((job) => !whyNot(job));
      for (const { key, stage } of mine) if (stage === "refused") await planned.jobs.get(key)?.giveBack();
      await leaveAll(planned);
      const hasNew = planned.records > before;
      looks = hasNew ? 0 : looks + 1;
      // Others have taken rows up, and let them go, or had to.
      const letGo = mine.filter((job) => isLetGo(job, planned) && planned.waitedFor.delete(job.key));
      const isMore =
        (hasNew && planned.keptOut !== null) || (letGo.length + planned.missed > 0 && looks < mostLooks);
      if (
        isMore &&
        !stop.aborted &&
        !isTaken &&
        !fault &&
        mine.every((job) => letGo.includes(job) || isDone(job))
      )
        continue;
      await Promise.all(calling);
      report(open.length > 0 ? "left" : "read", [...ended, ...open]);
      if (isOnLine && !isHurried && !options?.onBatch) warnOfCalls(session, ended);
      const kept = new Map(all.map((job) => [job.key, whyNot(job)]));
      const isTakenOver = isOnLine || mine.some((job) => !isOpen(job) && takesOver(job));
      const refusal = fault ?? refusalOf(planned);
      return {
        ...{ purse, isHurried, ...ahead.door() },
        delivered: {
          isOurs: firstOf([...mine, ...ended]),
          ahead: ahead.told,
          async withheld(request, entry) {
            if (stop.aborted || isTakenOver || isOfPlan(request, planned)) return null;
            return ofJob(entry) ?? refusal;
          },
          goOn: async ({ job }) => kept.get(job) ?? null,
          pending: () => (open.length > 0 ? openInWords(open) : undefined),
        },
      };
    }
  } finally {
    await leaveAll(planned);
    ahead.leave();
    await Promise.all(calling);
  }
};

/** What a call by the flex tier may take, and another in its place. */
export const flexMs = 30 * 60_000;

/** So often in a row rows are looked for that others have let go, where there are none. */
const mostLooks = 5;

/** What goes on line whatever becomes of the jobs, and has not ended. */
const leftOf = ({ line, lineBytes }: Planned, ahead: CallAhead): { calls: number; bytes: number } => {
  const all = line.size();
  const calls = all - ahead.done();
  return { calls, bytes: all === 0 ? 0 : (calls / all) * lineBytes };
};

/** What jobs have not answered is not waited for. */
const leaveAll = async ({ jobs }: Planned): Promise<void> => {
  for (const deposit of jobs.values()) await deposit.leave();
};

/** Whether a job that was not this run's has come to nothing, so that its calls may be in another one. */
const isLetGo = (job: JobEntry, { jobs }: Planned): boolean =>
  !jobs.has(job.key) && (job.stage === "abandoned" || isGivenUp(job));

/** Whether a job has come to all of its calls. */
const isDone = ({ stage, report }: JobEntry): boolean => stage === "settled" && !report?.unprocessed;

/** Whether a request is one that goes on line whatever becomes of the jobs. */
const isOfPlan = ({ key, isAgain }: InvokeRequest, { line }: Planned): boolean =>
  isAgain === true || line.has(key);

/** What a job has told of a call. */
const ofJob = (entry: Entry | null): ConnectorError | null =>
  entry?.job !== undefined && "code" in entry ? new ConnectorError(entry.code) : null;

/** Why rows are in no job that might have been. */
const refusalOf = ({ keptOut }: Planned): ConnectorError =>
  keptOut ? new ConnectorError("budget_reached", keptOut.why) : new ConnectorError("batch_unprocessed");

/** Whether an entry is of one of some jobs and was not asked for before. */
const firstOf = (jobs: readonly JobEntry[]): ((entry: Entry) => boolean) => {
  const keys = new Set(jobs.map(({ key }) => key));
  const seen = createKeySet();
  return ({ key, job }) => job !== undefined && keys.has(job) && seen.add(key);
};
