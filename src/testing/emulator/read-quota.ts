import type { Quota } from "./account-quota.js";

/**
 * The quota, copied; `null` for none. Throws a `TypeError` whose message says what is malformed and what to give.
 */
export const readQuota = (quota: unknown): Quota | null => {
  if (quota === null) return null;
  if (typeof quota !== "object" || Array.isArray(quota))
    throw new TypeError(`The quota must be an object, or null for none; this is ${nameOf(quota)}.`);
  for (const [key, value] of Object.entries(quota)) {
    if (!Object.hasOwn(least, key))
      throw new TypeError(`quota.${key} is not a field; take one of ${Object.keys(least).join(", ")}.`);
    const bound = least[key as keyof Quota];
    if (typeof value !== "number" || !(value >= bound) || value === 0 || value === Number.POSITIVE_INFINITY)
      throw new TypeError(
        `quota.${key} must be a number ${bound === 0 ? "above 0" : `of ${bound} or more`}; it is ${nameOf(value)}.`,
      );
  }
  return { ...quota };
};

/** The least of each field; where it is 0, the field must be above it. */
const least: Readonly<Record<keyof Quota, number>> = {
  requests_per_second: 0,
  burst: 1,
  window_seconds: 0,
  tokens_per_minute: 0,
  token_burst: 1,
  burndown: 0,
  overload_above: 1,
};

const nameOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  return typeof value === "number" || value === null ? String(value) : `a ${typeof value}`;
};
