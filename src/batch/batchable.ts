import type { InvokeRequest } from "../core/invoke.js";
import type { Plan } from "../enrich/plan.js";
import { hasDoor } from "../models/model-facts.js";
import { isCheaper, ratesOfBatch } from "../models/prices/rates.js";

const noGuardrail = "batch jobs apply no guardrail";
const noTier = "batch jobs have no service tier";

/**
 * Parts of a body that batch jobs leave out or refuse, each with why. As JSON writes them, so that no text of a row is taken
 * for one: its quotes are escaped.
 */
const parts: readonly (readonly [part: RegExp, why: string, api?: "converse"])[] = [
  [/"guardrailConfig":/, noGuardrail],
  [/"(?:serviceTier|performanceConfig)":/, noTier],
  [/"(?:cachePoint|cache_control)":/, "batch jobs cache no prompt, so a cache point is of no use there"],
  [/"toolConfig":/, "batch jobs take no tools with api: converse", "converse"],
];

/** Why a request cannot be a record of a batch job; `null` where it can. */
export const unbatchable = ({ body }: Pick<InvokeRequest, "body">, api: string): string | null =>
  parts.find(([part, , only]) => (only ?? api) === api && part.test(body))?.[1] ?? null;

/** Why none of a plan's requests can be in a job, since its settings are not in their bodies; `null` where they may. */
const closedBySettings = ({ connection: { guardrail, serviceTier } }: Plan): string | null => {
  if (guardrail) return noGuardrail;
  return serviceTier && serviceTier !== "default" ? noTier : null;
};

/**
 * Why no batch jobs are made of a plan's rows; `null` where they are. With `delivery: auto` also where the model is known and not
 * to take them, or another way is known to cost no more. What nothing is known of is tried, since a job that is refused costs
 * nothing.
 */
export const noJobs = (plan: Plan): string | null => {
  const { connection, price, tiers, isFlexible } = plan;
  const closed = closedBySettings(plan);
  if (closed !== null || connection.delivery !== "auto") return closed;
  if (hasDoor("batch", ...connection.candidateModelIds) === false) return notKnownToTakeJobs;
  const batch = ratesOfBatch(price, tiers);
  const calls = tiers?.default ?? price;
  if (!batch || !calls) return null;
  if (isFlexible && tiers?.flex && isCheaper(tiers.flex, batch))
    return "the flex tier costs less than batch jobs";
  return isCheaper(batch, calls) ? null : "batch jobs cost no less than calls";
};

/** Why a plan's rows have no price by batch jobs, whatever their delivery is; `null` where they have. */
export const unpricedByJobs = (plan: Plan): string | null =>
  closedBySettings(plan) ??
  (hasDoor("batch", ...plan.connection.candidateModelIds) ? null : notKnownToTakeJobs);

const notKnownToTakeJobs = "the model is not known to take batch jobs";
