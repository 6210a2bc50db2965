import { unbatchable, unpricedByJobs } from "../../batch/batchable.js";
import type { BatchLimits } from "../../batch/limits.js";
import type { InvokeRequest } from "../../core/invoke.js";
import type { UsdRange } from "../../core/outcome.js";
import type { Plan } from "../../enrich/plan.js";
import { hasDoor } from "../../models/model-facts.js";
import { ratesOfBatch } from "../../models/prices/rates.js";
import { createForecast } from "./cost-forecast.js";

/** What rows would cost by batch jobs and by the flex tier, where the model has them. */
export interface Deliveries {
  readonly batch: Delivery;
  readonly flex: Delivery;
}

interface Delivery {
  /** `null` where the way is closed, or its price is not known. */
  readonly cost_usd: UsdRange | null;
  /** Why no row, or some rows, cannot go that way: rows by reason. */
  readonly not: Readonly<Record<string, number>>;
}

/** Adds up requests as they would go by each way, in flat memory. What a job cannot take is reckoned as a call. */
export const compareDeliveries = (plan: Plan, bytesPerToken: number | undefined) => {
  const { price, tiers, connection, mostCalls } = plan;
  const ways = {
    batched: createForecast(ratesOfBatch(price, tiers), bytesPerToken, 1),
    called: createForecast(price, bytesPerToken, mostCalls),
    flex: createForecast(tiers?.flex ?? null, bytesPerToken, mostCalls),
  };
  const not = new Map<string, number>();
  let rows = 0;
  let records = 0;
  const whole = unpricedByJobs(plan);
  return {
    add(request: InvokeRequest, shared: boolean): void {
      rows++;
      const why = whole ?? unbatchable(request, connection.api);
      if (why === null) records++;
      else not.set(why, (not.get(why) ?? 0) + 1);
      (why === null ? ways.batched : ways.called).add(request, shared);
      ways.flex.add(request, shared);
    },
    learn(outputTokens: number | null): void {
      for (const way of Object.values(ways)) way.learn(outputTokens);
    },
    deliveries({ leastRecords }: BatchLimits): Deliveries {
      const tooFew = records > 0 && records < leastRecords;
      if (tooFew) not.set(`fewer than the ${leastRecords} that a job takes`, records);
      const isOpen = records > 0 && !tooFew;
      const hasFlex = hasDoor("flex", ...connection.candidateModelIds) === true;
      return {
        batch: {
          cost_usd: isOpen ? add(ways.batched.forecast().cost_usd, ways.called.forecast().cost_usd) : null,
          not: Object.fromEntries(not),
        },
        flex: {
          cost_usd: hasFlex && tiers?.flex ? ways.flex.forecast().cost_usd : null,
          not: hasFlex ? {} : { "the model is not known to have the flex tier": rows },
        },
      };
    },
  };
};

const add = (one: UsdRange | null, other: UsdRange | null): UsdRange | null =>
  one && other
    ? {
        low: one.low + other.low,
        expected: one.expected + other.expected,
        max: one.max === null || other.max === null ? null : one.max + other.max,
      }
    : null;
