import type { InvokeRequest } from "../core/invoke.js";

/**
 * Parts of a body that batch jobs leave out or refuse, each with why. As JSON writes them, so that no text of a row is taken
 * for one: its quotes are escaped.
 */
const parts: readonly (readonly [part: RegExp, why: string, api?: "converse"])[] = [
  [/"guardrailConfig":/, "batch jobs apply no guardrail"],
  [/"(?:serviceTier|performanceConfig)":/, "batch jobs have no service tier"],
  [/"(?:cachePoint|cache_control)":/, "batch jobs cache no prompt, so a cache point is of no use there"],
  [/"toolConfig":/, "batch jobs take no tools with api: converse", "converse"],
];

/** Why a request cannot be a record of a batch job; `null` where it can. */
export const unbatchable = ({ body }: Pick<InvokeRequest, "body">, api: string): string | null =>
  parts.find(([part, , only]) => (only ?? api) === api && part.test(body))?.[1] ?? null;
