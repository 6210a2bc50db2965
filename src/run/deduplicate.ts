import { type Invoke, isFailed, type Underway } from "../core/invoke.js";

/** Requests of the same key at the same time are one call. Only the first of them counts it as its own. */
export const deduplicate =
  (underway: Underway, next: Invoke): Invoke =>
  async (request, stop) => {
    for (let other = underway.get(request.key); other; other = underway.get(request.key)) {
      const result = await other;
      // The end of another run is not the end of this one.
      if (!isFailed(result) || result.error.scope !== "end")
        return { ...result, attempts: 0, rejections: {} };
    }
    const call = next(request, stop);
    underway.set(request.key, call);
    try {
      return await call;
    } finally {
      underway.delete(request.key);
    }
  };
