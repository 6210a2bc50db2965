import { hash } from "node:crypto";
import {
  type Invocation,
  type Invoke,
  type InvokeRequest,
  isFailed,
  type Rejections,
} from "../core/invoke.js";

/** What of an answer decides whether it is asked for again. */
export interface Judgement {
  readonly again: boolean;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
}

/**
 * Asks again, up to `retries` times, for an answer that does not fit. Every try has a key of its own, so that a
 * ledger keeps each answer and none is paid for twice. A retry that fails leaves the row with the answer it had.
 * The result counts what all its calls took.
 */
export const retryMismatch = (
  retries: number,
  judge: (request: InvokeRequest, answer: Invocation) => Judgement,
  next: Invoke,
): Invoke => {
  if (retries === 0) return next;
  return async (request, stop) => {
    const spent = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    let attempts = 0;
    const rejections: Rejections = {};
    let answer: Invocation | null = null;
    for (let round = 0; ; round++) {
      const result = await next(round === 0 ? request : { ...request, key: keyOf(request.key, round) }, stop);
      attempts += result.attempts;
      for (const [code, count] of Object.entries(result.rejections ?? {}) as [keyof Rejections, number][])
        rejections[code] = (rejections[code] ?? 0) + count;
      const sums = { attempts, rejections };
      if (isFailed(result)) return answer ? { ...answer, ...sums } : { ...result, ...sums };
      const { again, ...told } = countsOf(judge(request, result));
      // What was there already is not spent, and what is not told cannot be added.
      if (result.attempts > 0) {
        spent.inputTokens += told.inputTokens ?? 0;
        spent.outputTokens += told.outputTokens ?? 0;
        spent.cacheReadTokens += told.cacheReadTokens;
        spent.cacheWriteTokens += told.cacheWriteTokens;
      }
      answer = { ...result, ...(attempts > 0 ? spent : told), ...sums };
      if (!again || round === retries) return answer;
    }
  };
};

const countsOf = ({
  again,
  inputTokens,
  outputTokens,
  cacheReadTokens = 0,
  cacheWriteTokens = 0,
}: Judgement) => ({ again, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens });

const keyOf = (key: string, round: number): string => hash("sha256", `${key}\n${round}`, "hex").slice(0, 32);
