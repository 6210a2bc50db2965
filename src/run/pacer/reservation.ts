import type { Invocation, InvokeRequest } from "../../core/invoke.js";
import { createLimitAdvice, type LimitAdvice } from "./limit-advice.js";

/** How many tokens of its quota Bedrock takes for a call: at its start, and in the end. */
export interface Reservations {
  /** Input and the whole output limit. The input is estimated from the body. */
  reserve(request: InvokeRequest): number;
  /** Input, cache writes and output times the burndown rate; `null` where the service did not count. */
  settle(request: InvokeRequest, result: Invocation): number | null;
  /** A call did not fit under the token quota, so what calls set aside matters. */
  tooMuch(): void;
  /** The smaller output limit that these rows could do with, if it would let more of them start. */
  advice(): LimitAdvice | null;
}

interface Terms {
  /** How many tokens of the quota an output token burns. */
  readonly burndown: number;
  /**
   * What a call without an output limit is taken to set aside: the service then reserves the model's own maximum.
   */
  readonly unlimited: number;
  /** Whether the user told a token quota. */
  readonly told: boolean;
}

/**
 * The reservations of one template. Its rows are alike, so how many bytes make a token is learned from the counts
 * of earlier rows; the estimate stays on the high side. Source: `quotas-token-burndown.html` of the Bedrock user guide.
 */
export const createReservations = ({ burndown, unlimited, told }: Terms): Reservations => {
  let tokensPerByte = 0.5;
  let counted = 0;
  let matters = told;
  const limits = createLimitAdvice();
  return {
    reserve: ({ bodyBytes, maxTokens }) => Math.ceil(bodyBytes * tokensPerByte) + (maxTokens ?? unlimited),
    settle({ bodyBytes, maxTokens }, { usage: { inputTokens, outputTokens, cacheWriteTokens } }) {
      if (inputTokens === null || outputTokens === null) return null;
      const seen = (inputTokens / Math.max(1, bodyBytes)) * 1.05;
      // The first count replaces the guess; later ones raise the estimate at once and lower it slowly.
      tokensPerByte =
        counted++ === 0 || seen > tokensPerByte ? seen : tokensPerByte + (seen - tokensPerByte) / 50;
      limits.note(inputTokens, outputTokens, maxTokens);
      return inputTokens + cacheWriteTokens + outputTokens * burndown;
    },
    tooMuch() {
      matters = true;
    },
    advice: () => (matters ? limits.advice() : null),
  };
};
