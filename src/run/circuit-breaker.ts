import { ConnectorError } from "../core/errors.js";
import { type FailedInvocation, type Invocation, type Invoke, isFailed, unsent } from "../core/invoke.js";
import { mayRepeat } from "./retry.js";
import type { Run } from "./run-state.js";

/** So many equal failures one after the other end the run. */
const enough = 3;

/**
 * Sends one row ahead, and the others once a call has shown that the settings work. Equal failures in a row that
 * every row will meet end the run with what to do about them, and so does what ends a run by itself.
 */
export const circuitBreaker = (run: Run, next: Invoke): Invoke => {
  let proven = false;
  let canary: Promise<unknown> | null = null;
  let streak: { code: string; count: number } = { code: "", count: 0 };

  const noteFailure = ({ error, attempts }: FailedInvocation): void => {
    // Whoever stops ends rows of their own; a run may have others.
    if (error.scope === "end" && error.code !== "stopped") run.end(error.code, error.detail);
    // Before any call has worked, a refused body is likely the template's fault and not the row's.
    const telling =
      (error.scope === "run" && !mayRepeat(error)) || (!proven && error.code === "invalid_request");
    if (!telling) {
      // A refusal of the one row, or a throttle, shows that the settings work; a broken call does not.
      if (attempts > 0 && error.billed === "no" && error.scope === "row" && error.code !== "unreachable")
        proven = true;
      streak = { code: "", count: 0 };
      return;
    }
    streak = { code: error.code, count: streak.code === error.code ? streak.count + 1 : 1 };
    if (streak.count >= enough) run.end("run_broken", `${error.code}: ${error.message}`);
  };

  const go: Invoke = async (request, stop) => {
    const result = await next(request, stop);
    if (isFailed(result)) noteFailure(result);
    else {
      proven = true;
      streak = { code: "", count: 0 };
    }
    return result;
  };

  return async (request, stop): Promise<Invocation | FailedInvocation> => {
    while (!proven && canary && !run.ended()) await canary;
    const ended = stop.aborted ? new ConnectorError("stopped") : run.ended();
    if (ended) return unsent(ended);
    if (proven) return go(request, stop);
    const call = go(request, stop);
    canary = call;
    const result = await call;
    canary = null;
    return result;
  };
};
