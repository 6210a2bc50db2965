import type { Ceilings } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import { type Invocation, type Invoke, type InvokeRequest, isFailed, unsent } from "../core/invoke.js";
import { mostInputTokens } from "../models/prices/estimate.js";
import { mostUsd, usdOfUsage } from "../models/prices/rates.js";
import type { Run } from "./run-state.js";

/** What one call takes of each ceiling. */
interface Share {
  readonly rows: number;
  readonly tokens: number;
  readonly usd: number;
}

/**
 * Sets the worst case of a call aside before it is sent, and what it did not take goes back when it ends; so no
 * ceiling is ever passed, however many calls are open. Ends the run when the next call might pass one.
 */
export const budget = (ceilings: Ceilings, run: Run, next: Invoke): Invoke => {
  if (ceilings.rows === null && ceilings.tokens === null && ceilings.usd === null) return next;
  const taken = { rows: 0, tokens: 0, usd: 0 };
  let open = 0;
  let freed: (() => void)[] = [];
  const add = (share: Share, sign: 1 | -1): void => {
    taken.rows += sign * share.rows;
    taken.tokens += sign * share.tokens;
    taken.usd += sign * share.usd;
  };
  const passed = (worst: Share): string | null => {
    if (ceilings.rows !== null && taken.rows + worst.rows > ceilings.rows)
      return `max_rows is ${ceilings.rows}.`;
    if (ceilings.tokens !== null && taken.tokens + worst.tokens > ceilings.tokens)
      return `the next call could pass max_tokens_total, which is ${ceilings.tokens}.`;
    if (ceilings.usd !== null && taken.usd + worst.usd > ceilings.usd)
      return `the next call could pass max_spend_usd, which is ${ceilings.usd}.`;
    return null;
  };

  return async (request, stop) => {
    const worst = worstCase(request, ceilings);
    if (worst instanceof ConnectorError) return unsent(worst);
    for (;;) {
      const ended = stop.aborted ? new ConnectorError("stopped") : run.ended();
      if (ended) return unsent(ended);
      const reason = passed(worst);
      if (reason === null) break;
      if (open === 0) return unsent(run.end("budget_reached", reason));
      // Calls that are open may give some of their worst case back.
      await new Promise<void>((resolve) => freed.push(resolve));
    }
    add(worst, 1);
    open++;
    const result = await next(request, stop);
    open--;
    if (isFailed(result)) {
      // What may have been billed stays set aside in full.
      if (result.error.billed === "no") add(worst, -1);
    } else {
      add(worst, -1);
      add(toShare(result, worst, ceilings), 1);
    }
    const waiting = freed;
    freed = [];
    for (const wake of waiting) wake();
    return result;
  };
};

const worstCase = (
  { body, bodyBytes, maxTokens, beyondBytes }: InvokeRequest,
  ceilings: Ceilings,
): Share | ConnectorError => {
  if (maxTokens === null && (ceilings.tokens !== null || ceilings.usd !== null))
    return new ConnectorError(
      "invalid_body",
      "It sets no limit of output tokens, which max_tokens_total and max_spend_usd need.",
    );
  const { tokens = 0, unbounded = [] } = beyondBytes ?? {};
  if (unbounded.length > 0)
    return new ConnectorError(
      "invalid_body",
      `Nothing bounds the tokens of ${unbounded.join(", ")}, so the row could pass max_tokens_total or max_spend_usd: leave it out, or bound the run by max_rows.`,
    );
  const [input, output] = [mostInputTokens(bodyBytes) + tokens, maxTokens ?? 0];
  const usd = mostUsd(
    ceilings.prices,
    { input, output, keepsHour: /"ttl":\s*"1h"/.test(body) },
    ceilings.tiers,
  );
  return { rows: 1, tokens: input + output, usd: bounded(ceilings, usd) };
};

/** What a call took. Counts that the service does not tell are taken at their worst. */
const toShare = ({ usage }: Invocation, worst: Share, ceilings: Ceilings): Share => {
  const { inputTokens: input, outputTokens: output, cacheReadTokens, cacheWriteTokens } = usage;
  if (input === null || output === null) return worst;
  return {
    rows: 1,
    tokens: input + cacheReadTokens + cacheWriteTokens + output,
    usd: bounded(ceilings, usdOfUsage(ceilings.prices, usage, ceilings.tiers)),
  };
};

/** What is not known may be anything. */
const bounded = ({ usd: bound }: Ceilings, usd: number | null): number =>
  bound === null ? 0 : (usd ?? Number.POSITIVE_INFINITY);
