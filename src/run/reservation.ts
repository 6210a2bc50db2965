import type { Invocation, InvokeRequest } from "../invoke.js";

/** How many tokens of its quota Bedrock takes for a call: at its start, and in the end. */
export interface Reservations {
  /** Input and the whole output limit. The input is estimated from the body. */
  reserve(request: InvokeRequest): number;
  /** Input, cache writes and output times the burndown rate; `null` where the service did not count. */
  settle(request: InvokeRequest, result: Invocation): number | null;
}

/**
 * The reservations of one template. Its rows are alike, so how many bytes make a token is learned from the counts
 * of earlier rows; the estimate stays on the high side. `limit` is the model's own output limit, which counts
 * where a body sets none. Source: `quotas-token-burndown.html` of the Bedrock user guide.
 */
export const createReservations = (burndown: number, limit: number): Reservations => {
  let tokensPerByte = 0.5;
  let counted = 0;
  return {
    reserve: ({ body, maxTokens }) =>
      Math.ceil(Buffer.byteLength(body) * tokensPerByte) + (maxTokens ?? limit),
    settle({ body }, { inputTokens, outputTokens }) {
      if (inputTokens === null || outputTokens === null) return null;
      const seen = (inputTokens / Math.max(1, Buffer.byteLength(body))) * 1.05;
      // The first count replaces the guess; later ones raise the estimate at once and lower it slowly.
      tokensPerByte =
        counted++ === 0 || seen > tokensPerByte ? seen : tokensPerByte + (seen - tokensPerByte) / 50;
      return inputTokens + outputTokens * burndown;
    },
  };
};
