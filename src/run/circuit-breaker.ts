import type { Clock } from "../core/clock.js";
import { ConnectorError } from "../core/errors.js";
import {
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  type InvokeWith,
  isFailed,
  unsent,
} from "../core/invoke.js";
import { mayRepeat } from "./retry.js";
import type { Run } from "./run-state.js";

/** So many equal failures in a row, of a kind that every row meets, end the run. */
const enough = 3;

/** So many failures in a row that may be each row's own have the next rows go one at a time, as probes. */
const suspicious = 3;

/** So many probes in vain end the run: of different requests, and of any. */
const enoughProbes = 5;
const enoughEqualProbes = 10;

/**
 * Sends one row ahead, and the others once a call has shown that the settings work. Failures in a row end the run with
 * what to do about them: few where every row will meet them, and where they may be each row's own, once probes fail that
 * are picked from all over the rows that wait.
 */
interface CircuitBreaker {
  /** Around all that a row goes through. */
  guard(next: Invoke): Invoke;
  /** Behind the slots, for which rows wait that came through an open gate: where it has closed meanwhile they go back. */
  recheck(next: Invoke): Invoke;
  /** Around each call that is granted: a throttle or an overload shows at once that the service knows its caller. */
  watch<Rest extends unknown[]>(call: InvokeWith<Rest>): InvokeWith<Rest>;
  /** An answer of an earlier run shows as well that the request format works. */
  trust(): void;
}

export const circuitBreaker = (run: Run, clock: Pick<Clock, "sleep">): CircuitBreaker => {
  let isOpen = false;
  let hasWorked = false;
  /** The one request that goes while the gate is closed. */
  let probe: InvokeRequest | null = null;
  /** The calls so far, and which of them each open request's last one was. */
  let calls = 0;
  const sent = new Map<InvokeRequest, number>();
  let streak: { code: string; count: number } = { code: "", count: 0 };
  let doubts = 0;
  /** The last call that was sent before there was any doubt. */
  let undoubted = 0;
  let probes = 0;
  const failedRequests = new Set<string>();
  const queue = createQueue();

  const open = (): void => {
    isOpen = true;
    queue.releaseAll();
  };
  const forget = (): void => {
    streak = { code: "", count: 0 };
    doubts = 0;
    probes = 0;
    failedRequests.clear();
  };
  const endFor = ({ code, message }: ConnectorError): void => {
    run.end("run_broken", `${code}: ${message}`);
  };

  /** A call that was on its way before doubts came up says nothing of what others meet since. */
  const clears = (request: InvokeRequest): boolean =>
    doubts === 0 || (sent.get(request) ?? Number.POSITIVE_INFINITY) > undoubted;

  const noteFailure = (error: ConnectorError, attempts: number, request: InvokeRequest): void => {
    // Whoever stops ends rows of their own; a run may have others.
    if (error.scope === "end" && error.code !== "stopped") run.end(error.code, error.detail);
    if (error.scope === "run" && !mayRepeat(error)) {
      streak = { code: error.code, count: streak.code === error.code ? streak.count + 1 : 1 };
      if (streak.count >= enough) endFor(error);
      return;
    }
    streak = { code: "", count: 0 };
    if (isDoubtful(error, hasWorked)) {
      if (doubts === 0) undoubted = calls;
      if (++doubts >= suspicious) isOpen = false;
      if (request !== probe) return;
      probes++;
      failedRequests.add(request.key);
      if (failedRequests.size >= enoughProbes || probes >= enoughEqualProbes) endFor(error);
      return;
    }
    if (attempts === 0 || error.billed !== "no" || error.code === "unreachable" || !clears(request)) return;
    // The row was refused for what it is, by a service that knows its caller. Of the request format that says nothing.
    if (hasWorked) forget();
    open();
  };

  const note = (result: Invocation | FailedInvocation, request: InvokeRequest): void => {
    const error = isFailed(result) ? result.error : unreadable(result);
    if (error) noteFailure(error, result.attempts, request);
    else {
      hasWorked = true;
      if (!clears(request)) return;
      forget();
      open();
    }
  };

  /** A proxy that starts anew is back in seconds, so a run that has worked waits before its next probe. */
  const pause = async (stop: AbortSignal): Promise<void> => {
    run.waiting++;
    await clock.sleep(firstPauseMs * 2 ** (probes - 1), stop);
    run.waiting--;
  };

  return {
    guard: (next) => async (request, stop) => {
      for (;;) {
        while (!isOpen && probe && !run.ended()) await queue.wait();
        const isProbe = !isOpen && !probe;
        if (isProbe) {
          probe = request;
          if (hasWorked && probes > 0 && !run.ended() && !stop.aborted) await pause(stop);
        }
        const ended = stop.aborted ? new ConnectorError("stopped") : run.ended();
        const result = ended ? unsent(ended) : await next(request, stop);
        if (isFailed(result) && result.error === heldBack) continue;
        if (!ended) note(result, request);
        sent.delete(request);
        if (isProbe) {
          probe = null;
          if (isOpen || run.ended()) queue.releaseAll();
          else if (probes > 0) queue.releaseAny();
          else queue.releaseFirst();
        }
        return result;
      }
    },
    recheck: (next) => (request, stop) =>
      isOpen || request === probe || sent.has(request)
        ? next(request, stop)
        : Promise.resolve(unsent(heldBack)),
    watch:
      (call) =>
      async (request, stop, ...rest) => {
        sent.set(request, ++calls);
        const result = await call(request, stop, ...rest);
        if (isFailed(result) && result.error.scope === "row" && mayRepeat(result.error))
          if (result.error.code !== "unreachable") open();
        return result;
      },
    trust: () => {
      hasWorked = true;
    },
  };
};

const firstPauseMs = 1_000;

/** It never leaves the breaker. */
const heldBack = new ConnectorError("stopped");

/**
 * Whether a failure may be the row's own or every row's: what may have been billed for nothing, and refusals of unknown
 * cause. Once a call has worked, the request format is not what a body was refused for.
 */
const isDoubtful = (error: ConnectorError, hasWorked: boolean): boolean =>
  error.billed !== "no" ||
  (error.scope === "either" && !mayRepeat(error) && !(hasWorked && error.code === "invalid_request"));

const unreadable = ({ reply }: Invocation): ConnectorError | null =>
  reply instanceof ConnectorError ? reply : null;

/** Rows that wait for a probe to end. */
const createQueue = () => {
  let waiting: (() => void)[] = [];
  let picked = 0;
  return {
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
    releaseAll(): void {
      const all = waiting;
      waiting = [];
      for (const release of all) release();
    },
    releaseFirst(): void {
      waiting.shift()?.();
    },
    /** Neighbours are often alike, so each next one is far from those before it: steps of the golden ratio. */
    releaseAny(): void {
      const at = Math.floor(((++picked * goldenRatio) % 1) * waiting.length);
      const [release] = waiting.splice(at, 1);
      release?.();
    },
  };
};

const goldenRatio = 0.618034;
