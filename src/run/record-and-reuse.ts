import { type Clock, systemClock } from "../core/clock.js";
import { ConnectorError } from "../core/errors.js";
import {
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  type InvokeWith,
  isFailed,
  type RawAnswer,
  type Read,
  unsent,
} from "../core/invoke.js";
import type { OnUnknown } from "../core/outcome.js";
import { createClaims, type Entry, isInJob, type Received, type Unanswered } from "./ledger/entry.js";
import { createKeyIndex } from "./ledger/index-by-key.js";
import type { Ledger } from "./ledger/ledger.js";
import type { SharedLedger } from "./ledger/shared-ledger.js";

/** Keeps the ledger's file from other processes while a call may have something to write into it. */
export const holding =
  (ledger: Pick<SharedLedger, "hold">, next: Invoke): Invoke =>
  async (request, stop) => {
    const release = await ledger.hold();
    if (release instanceof ConnectorError) return unsent(release);
    try {
      return await next(request, stop);
    } finally {
      release();
    }
  };

/** What a run has had done by batch jobs, beside its calls. */
export interface Delivered {
  /** Whether an outcome is of one of the run's jobs, and this the first row that has it: its call is then the run's. */
  isOurs(entry: Entry): boolean;
  /** Why rows wait in a job, in words. */
  pending(): string | undefined;
  /** Goes on with the job that a row's entry names: why the row waits, where the job is still open. @throws ConnectorError */
  goOn?(entry: Entry & { readonly job: string }, stop: AbortSignal): Promise<ConnectorError | null>;
  /**
   * Why a request without an answer is not called, with the ledger's entry of it: it is not meant to be, or it was put into a
   * job. `null` for one that is called. @throws ConnectorError
   */
  withheld(request: InvokeRequest, entry: Entry | null, stop: AbortSignal): Promise<ConnectorError | null>;
  /** What came of a call that was made before its row came; `null` for all others. */
  readonly ahead?: Ahead;
}

/**
 * Tells what the call of a key took, and why it failed, where it did. An answer is in the ledger, or told where that did not take
 * it. In full once.
 */
export type Ahead = (
  key: string,
) =>
  | (Pick<Invocation, "attempts" | "rejections"> & Partial<Pick<FailedInvocation, "error">>)
  | Invocation
  | null;

/**
 * Answers from the ledger what was answered before, without a call. A row that was sent and never answered is
 * `outcome_unknown`, unless the user wants it sent again; one in a batch job waits for it, and what the job refused of it is
 * its outcome once, as a call's refusal is.
 */
export const reuse = (
  ledger: Pick<Ledger, "find" | "append">,
  read: Read,
  onUnknown: OnUnknown,
  next: Invoke,
  delivered?: Delivered,
): Invoke => {
  const told = createKeyIndex();
  return async (request, stop) => {
    const ahead = delivered?.ahead?.(request.key) ?? null;
    if (ahead && "body" in ahead) return ahead;
    if (ahead?.error) return { ...ahead, error: ahead.error };
    for (;;) {
      let entry: Entry | null;
      try {
        entry = await ledger.find(request.key, stop);
        if (delivered?.goOn && waitsForJob(entry)) {
          const waits = await delivered.goOn(entry, stop);
          if (waits) return unsent(waits);
          entry = await ledger.find(request.key, stop);
        }
      } catch (cause) {
        return unsent(readFailure(cause as Error));
      }
      const attempts = ahead?.attempts ?? (entry !== null && delivered?.isOurs(entry) ? 1 : 0);
      if (entry?.state === "received")
        return {
          ...read(request, fromEntry(entry, attempts)),
          ...(ahead && { rejections: ahead.rejections ?? {} }),
        };
      if (isInJob(entry))
        return unsent(new ConnectorError("batch_pending", delivered ? delivered.pending() : unwatched));
      const refusal = delivered ? refusedByJob(entry, told.get(request.key) !== null) : null;
      if (refusal) {
        told.set(request.key, { offset: 0, state: "refused" });
        // While a job is open, its output may yet be read anew.
        if (delivered?.pending() === undefined) await tell(ledger, refusal.entry);
        return { error: refusal.error, attempts };
      }
      if (attempts > 0 && entry && "code" in entry) {
        const { code, state } = entry;
        const error = new ConnectorError(code, undefined, { billed: state === "unknown" ? "unknown" : "no" });
        if (state === "unknown" || !isOpenTo(error)) return { error, attempts };
      }
      if ((entry?.state === "unknown" || entry?.state === "intent") && onUnknown !== "retry")
        return unsent(new ConnectorError("outcome_unknown", detailOf(entry)));
      const waits = delivered && (await delivered.withheld(request, entry, stop).catch(readFailure));
      if (waits?.code === "claimed_elsewhere") continue;
      if (waits) return unsent(waits);
      const result = await next(request, stop);
      // Another worker was faster between the look and the claim: what it was told is waited for.
      if (!isFailed(result) || result.error.code !== "claimed_elsewhere") return result;
    }
  };
};

/** Whether an entry is of a job that may still be open. */
const waitsForJob = (entry: Entry | null): entry is Entry & { readonly job: string } =>
  entry?.job !== undefined && (entry.state === "intent" || entry.state === "refused");

/** What a batch job refused for what is in the row, where no other run has told of it yet; `null` for all else. */
export const refusedByJob = (
  entry: Entry | null,
  isToldHere = false,
): { readonly entry: Unanswered; readonly error: ConnectorError } | null => {
  if (entry?.state !== "refused" || (entry.job === undefined && !isToldHere)) return null;
  const error = new ConnectorError(entry.code, undefined, { billed: "no" });
  const isOfRow = error.scope === "row" || error.scope === "either";
  return isOfRow && !error.retryable ? { entry, error } : null;
};

/** A refusal that was told is as a call's: it names no job, and the next run may send its row again. */
const tell = async (ledger: Pick<Ledger, "append">, { job, ...entry }: Unanswered): Promise<void> => {
  if (job === undefined) return;
  try {
    await ledger.append(entry);
  } catch {
    // It is told again then.
  }
};

const unwatched = "With delivery: now, `bedrock-model batch wait` alone reads the answers of jobs.";

const readFailure = (cause: Error): ConnectorError =>
  cause instanceof ConnectorError
    ? cause
    : new ConnectorError("ledger_unusable", `It could not be read: ${cause.message}.`);

/** Whether a row that a job has not answered may be answered by a call. */
const isOpenTo = (error: ConnectorError): boolean => error.code === "batch_unprocessed" || error.retryable;

const detailOf = (entry: Entry): string | undefined =>
  "code" in entry && entry.code === "ledger_unusable"
    ? "Lines of the ledger were lost, and it was or may be in one of them."
    : undefined;

/**
 * Writes the intent before the call and its outcome before it is handed over. When the disk refuses the intent,
 * nothing is sent; when it refuses the answer, the answer is handed over all the same.
 */
export const record = <Rest extends unknown[]>(
  ledger: Pick<Ledger, "append">,
  next: InvokeWith<Rest>,
  leaseMs?: number,
  clock: Pick<Clock, "date" | "random"> = systemClock,
): InvokeWith<Rest> => {
  const nameClaim = createClaims(clock);
  return async (request, stop, ...rest) => {
    const { key, modelId: model, routeKey, body } = request;
    const claim = nameClaim();
    const sent = { claim, model, target: routeKey, body };
    try {
      await ledger.append({ state: "intent", key, at: clock.date(), ...sent }, leaseMs);
    } catch (error) {
      return unsent(error as ConnectorError);
    }
    const result = await next({ claim, ...request }, stop, ...rest);
    try {
      if (!isFailed(result)) await ledger.append(toEntry(key, result, clock.date()));
      else {
        const { code, billed } = result.error;
        const state = billed === "no" ? "refused" : "unknown";
        await ledger.append({ state, key, at: clock.date(), ...sent, code });
      }
    } catch {
      // The next row's intent meets the same disk and ends the run; this row's answer is not lost for it.
      if (!isFailed(result)) return { ...result, isUnkept: true };
    }
    return result;
  };
};

/** The entry of an answer. */
export const toEntry = (
  key: string,
  { body, usage, latencyMs, requestId }: Invocation,
  at: number,
): Received => ({
  state: "received",
  key,
  at,
  response: body,
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
  // Few answers have any, and a ledger may hold millions of lines.
  ...(usage.cacheReadTokens > 0 && { cache_read_tokens: usage.cacheReadTokens }),
  ...(usage.cacheWriteTokens > 0 && { cache_write_tokens: usage.cacheWriteTokens }),
  ...(usage.serviceTier !== undefined && { service_tier: usage.serviceTier }),
  latency_ms: latencyMs,
  request_id: requestId,
});

/** The answer that a ledger's entry holds; nothing is sent for it. */
export const fromEntry = (entry: Received, attempts = 0): RawAnswer => ({
  body: entry.response,
  counts: {
    ...(entry.input_tokens !== null && { inputTokens: entry.input_tokens }),
    ...(entry.output_tokens !== null && { outputTokens: entry.output_tokens }),
    ...(entry.cache_read_tokens !== undefined && { cacheReadTokens: entry.cache_read_tokens }),
    ...(entry.cache_write_tokens !== undefined && { cacheWriteTokens: entry.cache_write_tokens }),
    ...(entry.service_tier !== undefined && { serviceTier: entry.service_tier }),
  },
  latencyMs: entry.latency_ms,
  requestId: entry.request_id,
  attempts,
});
