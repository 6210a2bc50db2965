import pLimit from "p-limit";
import { ConnectorError } from "../errors.js";
import type { Invoke } from "../invoke.js";

/** At most `maxConcurrency` calls at once, first come, first served, however many threads of a host call. */
export const limit = (maxConcurrency: number, next: Invoke): Invoke => {
  const slots = pLimit(maxConcurrency);
  return (request, stop) =>
    slots(async () =>
      stop.aborted ? { error: new ConnectorError("stopped"), attempts: 0 } : await next(request, stop),
    );
};
