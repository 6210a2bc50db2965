import { type RunOptions, readOptions } from "../enrich/enrich-rows.js";
import type { BatchProgress } from "./view.js";

export interface DeliverOptions extends RunOptions {
  /** Does not wait for batch jobs: their rows come out as `not_sent`, and another run has their answers. */
  readonly detach?: boolean;
  /**
   * In how many milliseconds rows are wanted: what batch jobs have not answered is called in time for that. A job that is under
   * way keeps the deadline that it was planned with where none is given.
   */
  readonly deadlineMs?: number;
  /** Called when rows were put into batch jobs, and when a job comes further. */
  readonly onBatch?: (progress: BatchProgress) => void;
}

/** Options as a host gives them, with what it leaves out. What cannot be read is as if it were not there. */
export const readDelivery = (
  options: DeliverOptions | null | undefined,
  missing: Pick<DeliverOptions, "detach">,
): DeliverOptions => {
  const read = readOptions(options);
  try {
    const { detach, onBatch, deadlineMs } = options ?? {};
    return {
      ...read,
      ...missing,
      ...(typeof detach === "boolean" && { detach }),
      ...(typeof onBatch === "function" && { onBatch }),
      // One that never comes is none.
      ...(Number.isFinite(deadlineMs) && { deadlineMs: deadlineMs as number }),
    };
  } catch {
    return { ...read, ...missing };
  }
};
