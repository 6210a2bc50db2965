import type { Connection } from "../connection/connection.js";
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

/** Why no request of these settings can be in a batch job; `null` where one may be. */
export const beyondJobs = ({ guardrail, serviceTier }: Connection): string | null => {
  if (guardrail) return noGuardrail;
  return serviceTier && serviceTier !== "default" ? noTier : null;
};

/**
 * Why `delivery: auto` makes no batch jobs: the settings ask for what jobs do not do, the model is known and not to take them, or
 * another way is known to cost no more; `null` where it makes them. What nothing is known of is tried, since a job that is refused costs nothing.
 */
export const noJobs = ({ connection, price, tiers, isFlexible }: Plan): string | null => {
  if (connection.delivery !== "auto") return null;
  const beyond = beyondJobs(connection);
  if (beyond !== null) return beyond;
  if (hasDoor("batch", ...connection.candidateModelIds) === false) return notKnownToTakeJobs;
  const batch = ratesOfBatch(price, tiers);
  const calls = tiers?.default ?? price;
  if (!batch || !calls) return null;
  if (isFlexible && tiers?.flex && isCheaper(tiers.flex, batch))
    return "the flex tier costs less than batch jobs";
  return isCheaper(batch, calls) ? null : "batch jobs cost no less than calls";
};

export const notKnownToTakeJobs = "the model is not known to take batch jobs";
