import { openControlPlane } from "../bedrock/control-plane.js";
import type { Plan } from "../enrich/plan.js";
import { type KnownLimits, readLimits, strictSide } from "./limits.js";

/**
 * The limits of a plan's jobs, by the account's quotas; what these do not tell, for whatever reason, is on the strict side. Asked
 * once an hour, or in ten minutes where they were not read. Milliseconds since 1970.
 */
export const limitsOf = async (plan: Plan, now = Date.now()): Promise<KnownLimits> => {
  const kept = asked.get(plan);
  if (kept && now < kept.until) return kept.answer;
  const asking = { until: now + keptMs, answer: ask(plan) };
  asked.set(plan, asking);
  if ((await asking.answer).unasked !== null) asking.until = now + keptShortMs;
  return asking.answer;
};

const asked = new WeakMap<Plan, { until: number; readonly answer: Promise<KnownLimits> }>();
const keptMs = 3_600_000;
const keptShortMs = 600_000;

const ask = async ({ connection, baseModel }: Plan): Promise<KnownLimits> => {
  const plane = openControlPlane(connection, questionMs);
  try {
    const missing = await plane.missingCredentials();
    return missing ? strictSide("there are no credentials") : readLimits(await plane.quotas(), baseModel);
  } finally {
    plane.close();
  }
};

const questionMs = 20_000;
