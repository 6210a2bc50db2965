/** A smaller output limit, and what it would change. */
export interface LimitAdvice {
  /** The limit that the request format sets. */
  readonly max_tokens: number;
  /** 99 of 100 answers took no more output tokens than this. */
  readonly output_p99: number;
  /** The 99th percentile and a fifth more. */
  readonly enough: number;
  /** How many times as many calls the same token quota would let start. */
  readonly times_the_calls: number;
}

/**
 * Learns how long the answers of one template get, in flat memory. A call sets its whole output limit aside at its
 * start, so a limit far above what answers take keeps other calls waiting.
 */
export const createLimitAdvice = () => {
  /** Answers by length, in steps of 3.5 percent. */
  const lengths: number[] = [];
  let answers = 0;
  let inputs = 0;
  let limit: number | null = null;
  return {
    note(inputTokens: number, outputTokens: number, maxTokens: number | null): void {
      const step = Math.ceil(Math.log2(outputTokens + 1) * stepsPerDoubling);
      lengths[step] = (lengths[step] ?? 0) + 1;
      answers++;
      inputs += inputTokens;
      limit = maxTokens;
    },
    advice(): LimitAdvice | null {
      if (limit === null || answers < judgedFrom) return null;
      let longer = answers;
      const step = lengths.findIndex((count = 0) => {
        longer -= count;
        return longer <= answers / 100;
      });
      const output_p99 = Math.round(2 ** (step / stepsPerDoubling) - 1);
      const enough = Math.ceil(output_p99 * 1.2);
      const input = inputs / answers;
      const times = (input + limit) / (input + enough);
      if (times < worthSaying) return null;
      return { max_tokens: limit, output_p99, enough, times_the_calls: Math.round(times * 10) / 10 };
    },
  };
};

const stepsPerDoubling = 20;
const judgedFrom = 100;
const worthSaying = 1.5;
