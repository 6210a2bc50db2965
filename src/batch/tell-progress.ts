import type { JobEntry } from "../run/ledger/job.js";
import type { TakeOver } from "./deadline.js";
import type { DeliverOptions } from "./delivery.js";
import { limitsInWords } from "./limits.js";
import type { Planned } from "./plan-jobs.js";
import { type BatchProgress, viewJob } from "./view.js";

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
