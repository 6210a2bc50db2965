import type { Ceilings } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import { type Invocation, type Invoke, type InvokeRequest, isFailed, unsent } from "../core/invoke.js";
import { mostInputTokens } from "../models/prices/estimate.js";
import { batchTier, mostUsd, ratesOfBatch, usdOfUsage } from "../models/prices/rates.js";
import { createLocalPurse, nothing, type Purse, type Share } from "./purse.js";
import type { Run } from "./run-state.js";

/**
 * Sets the worst case of a call aside before it is sent, and what it did not take goes back when it ends; so no
 * ceiling is ever passed, however many calls are open. Ends the run when the next call might pass one.
 */
export const budget = (
  ceilings: Ceilings,
  run: Run,
  next: Invoke,
  purse: Purse = createLocalPurse(ceilings),
): Invoke => {
  if (!isBounded(ceilings)) return next;
  return async (request, stop) => {
    const worst = worstCase(request, ceilings);
    if (worst instanceof ConnectorError) return unsent(worst);
    for (;;) {
      const ended = stop.aborted ? new ConnectorError("stopped") : run.ended();
      if (ended) return unsent(ended);
      const refused = await purse.take(worst);
      if (refused === null) break;
      if (refused instanceof ConnectorError) return unsent(refused);
      if (refused.freed === null) return unsent(run.end("budget_reached", refused.reason));
      // Calls that are open may give some of their worst case back.
      await refused.freed;
    }
    const result = await next(request, stop);
    // What may have been billed stays set aside in full.
    if (isFailed(result)) await purse.settle(worst, result.error.billed === "no" ? nothing : worst);
    else await purse.settle(worst, toShare(result, worst, ceilings));
    return result;
  };
};

/** Whether there is any ceiling. */
export const isBounded = ({ rows, tokens, usd }: Ceilings): boolean =>
  rows !== null || tokens !== null || usd !== null;

/** The most that a call may take, or a record of a batch job, whose price is another; why nothing bounds it, where that is so. */
export const worstCase = (
  { body, bodyBytes, maxTokens, beyondBytes }: InvokeRequest,
  ceilings: Ceilings,
  tier?: typeof batchTier,
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
  const { prices, tiers } = ceilings;
  const amounts = { input, output, keepsHour: /"ttl":\s*"1h"/.test(body) };
  const usd =
    tier === batchTier ? mostUsd(ratesOfBatch(prices, tiers), amounts) : mostUsd(prices, amounts, tiers);
  return { rows: 1, tokens: input + output, usd: bounded(ceilings, usd) };
};

/** What a call took. Counts that the service does not tell are taken at their worst. */
export const toShare = ({ usage }: Pick<Invocation, "usage">, worst: Share, ceilings: Ceilings): Share => {
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
