import type { Span } from "./scan.js";

/**
 * Where in a file the calls of each batch job stand: they are written close together, and looked for again and again in a file
 * that holds the calls of many jobs.
 */
export interface CallSpans {
  add(job: string, line: Span): void;
  of(job: string): Span | undefined;
}

export const createCallSpans = (): CallSpans => {
  const spans = new Map<string, Span>();
  return {
    of: (job) => spans.get(job),
    add(job, { from, to }) {
      const span = spans.get(job) ?? { from, to };
      spans.set(job, { from: Math.min(span.from, from), to: Math.max(span.to, to) });
    },
  };
};
