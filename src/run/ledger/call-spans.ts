import type { JobSize } from "./job.js";
import type { Span } from "./scan.js";

/**
 * Where in a file the calls of each batch job stand, and how many they are: they are written close together, and looked for again
 * and again in a file that holds the calls of many jobs.
 */
export interface CallSpans {
  add(job: string, line: Span): void;
  of(job: string): (Span & JobSize) | undefined;
}

export const createCallSpans = (): CallSpans => {
  const spans = new Map<string, Span & JobSize>();
  return {
    of: (job) => spans.get(job),
    add(job, { from, to }) {
      const span = spans.get(job) ?? { from, to, calls: 0, bytes: 0 };
      spans.set(job, {
        ...{ from: Math.min(span.from, from), to: Math.max(span.to, to) },
        ...{ calls: span.calls + 1, bytes: span.bytes + to - from },
      });
    },
  };
};
