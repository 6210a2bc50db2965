import type { FailedInvocation, Invocation, Invoke } from "../invoke.js";

/** Calls under way, by key. */
export type Underway = Map<string, Promise<Invocation | FailedInvocation>>;

/** Requests of the same key at the same time are one call. Only the first of them counts it as its own. */
export const share =
  (underway: Underway, next: Invoke): Invoke =>
  async (request, stop) => {
    const other = underway.get(request.key);
    if (other) return { ...(await other), attempts: 0, rejections: {} };
    const call = next(request, stop);
    underway.set(request.key, call);
    try {
      return await call;
    } finally {
      underway.delete(request.key);
    }
  };
