import { countError } from "../core/outcome.js";
import type { TrackedMessage } from "../index.js";
import { type Fields, isFields } from "./secrets.js";
import type { RowResult } from "./state.js";

/** What the calls of a run add up to, from the connector's own summaries. */
export interface SyncUsage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  /** Successes for which nothing was sent, since they have nothing to work on. */
  skipped: number;
}

/**
 * Why rows are no success, but for the end of a run that was stopped: by code, how many, and the first one's message,
 * without row values.
 */
export type Reasons = Record<string, { count: number; message: string }>;

/** Adds up what a run's calls say of themselves. */
export const createSyncTally = () => {
  const usage: SyncUsage = { calls: 0, input_tokens: 0, output_tokens: 0, skipped: 0 };
  const reasons: Reasons = {};
  const remarks: Reasons = {};
  const blame = (code: string, message: string, count = 1): void => countError(reasons, code, message, count);
  return {
    usage,
    reasons,
    remarks,
    blame,
    /** Counts a row that is a success, and of which there is something to say. */
    remark: (code: string, message: string): void => countError(remarks, code, message),
    /**
     * Takes the connector's summary. Its logs are no place for reasons: they may hold rows, if the user wants it.
     */
    take({ tracking }: TrackedMessage): void {
      const { summary } = tracking?.meta ?? {};
      const { calls = 0, input_tokens = 0, output_tokens = 0, skipped = 0, errors = {} } = summary ?? {};
      usage.calls += calls;
      usage.input_tokens += input_tokens;
      usage.output_tokens += output_tokens;
      usage.skipped += skipped;
      let named = 0;
      for (const [code, { count, message }] of Object.entries(errors)) {
        named += count;
        // The run's status says it, also of the rows that were not even handed over.
        if (code !== "stopped") blame(code, message, count);
      }
      const unnamed = (tracking?.failed ?? 0) - named;
      if (unnamed > 0) blame("failed", "the connector's summary does not say why", unnamed);
    },
  };
};

export type SyncTally = ReturnType<typeof createSyncTally>;

/**
 * A row that fails in the host itself, with a log of the connectors' form. What came back of it is kept, and says in its
 * `_bedrock` what became of it.
 */
export const fail = (
  tally: SyncTally,
  code: string,
  message: string,
  enriched: Fields | null = null,
): RowResult => {
  tally.blame(code, message);
  const trace = isFields(enriched?._bedrock) ? enriched._bedrock : {};
  const _bedrock = { ...trace, status: "failed", error: { code, message, retryable: true } };
  return {
    status: "failed",
    logs: { request: "none", response: `${code}: ${message}`, level: "error" },
    enriched: { ...enriched, _bedrock },
  };
};
