import type { Session } from "../../enrich/session.js";
import type { JobEntry } from "../../run/ledger/job.js";
import { emitWarning } from "../../run/ledger/shared-ledger.js";
import type { TakeOver } from "../deadline.js";
import type { DeliverOptions } from "../delivery.js";
import { limitsInWords } from "../limits.js";
import { type BatchProgress, viewJob } from "../view.js";
import type { Planned } from "./plan-jobs.js";

/** Tells a listener what is new. Its faults are not the rows'. */
export const tellProgress = (
  options: Pick<DeliverOptions, "onBatch"> | null | undefined,
  planned: Readonly<Planned>,
) => {
  let last = "";
  let first: TakeOver | undefined;
  return (phase: BatchProgress["phase"], jobs: readonly JobEntry[], taken?: TakeOver): void => {
    first ??= taken;
    const { records, waiting, onLine, keptOut, limits } = planned;
    const progress = {
      phase,
      jobs: jobs.map(viewJob),
      records,
      waiting,
      on_line: Object.fromEntries(onLine),
      kept_out: keptOut ? { [keptOut.why]: keptOut.calls } : {},
      ...(limits && { limits: limitsInWords(limits) }),
      ...(first && { take_over: first }),
    };
    const text = JSON.stringify(progress);
    if (text === last) return;
    last = text;
    try {
      options?.onBatch?.(progress);
    } catch {
      // As with `onProgress`.
    }
  };
};

/** Tells a host, which listens to no jobs, once that rows were called in place of a job. */
export const warnOfCalls = (session: Session, ended: readonly JobEntry[]): void => {
  const isNone = ({ stage, arn }: JobEntry): boolean =>
    stage === "abandoned" || (stage === "refused" && arn === undefined);
  const why = ended.find((job) => isNone(job) && job.report !== undefined)?.report?.message;
  if (why === undefined || warned.get(session) === why) return;
  warned.set(session, why);
  emitWarning(
    `Rows were called at the price of calls, since a batch job came to nothing: ${why}`,
    "BatchUnused",
  );
};

const warned = new WeakMap<Session, string>();
