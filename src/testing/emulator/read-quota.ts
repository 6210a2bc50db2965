import type { Quota } from "./account-quota.js";
import { listOf, nameOf, number, positive, type Rule, type Rules } from "./field-rules.js";
import { readQuotaWords } from "./quota-words.js";

/**
 * The quota, copied, from an object or from words such as `30/s burst 30, chance 5%`; `null` for none. Throws a `TypeError`
 * whose message says what is malformed and what to give.
 */
export const readQuota = (given: unknown): Quota | null => {
  if (given === null) return null;
  const values = typeof given === "string" ? readQuotaWords(given) : given;
  if (!object.fits(values))
    throw new TypeError(`The quota must be an object, words, or null for none; this is ${nameOf(values)}.`);
  check(values as object, fields, "quota");
  const quota = structuredClone(values) as Quota;
  for (const [index, part] of (quota.refused ?? []).entries())
    check(part, refused, `quota.refused[${index}]`);
  if (quota.neighbour) check(quota.neighbour, neighbour, "quota.neighbour");
  const complaint = contradiction(quota);
  if (complaint) throw new TypeError(`${complaint}.`);
  return quota;
};

const check = (values: object, rules: Rules, where: string): void => {
  const given = values as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(given).find((key) => !Object.hasOwn(rules, key));
  if (stranger !== undefined)
    throw new TypeError(`${where}.${stranger} is not a field; take one of ${Object.keys(rules).join(", ")}.`);
  for (const [key, { expected, fits }] of Object.entries(rules))
    if (given[key] === undefined ? required.has(key) : !fits(given[key]))
      throw new TypeError(`${where}.${key} must be ${expected}; it is ${nameOf(given[key])}.`);
};

/** What fields say together that they cannot. */
const contradiction = ({ requests_per_second, refused = [], neighbour }: Quota): string | undefined => {
  const backwards = refused.findIndex(({ from_seconds, to_seconds }) => from_seconds >= to_seconds);
  if (backwards >= 0) return `quota.refused[${backwards}].from_seconds must be below to_seconds`;
  if (!neighbour) return undefined;
  if (requests_per_second === undefined)
    return "quota.neighbour takes requests, so quota.requests_per_second must be set, too";
  if ((neighbour.share === undefined) === (neighbour.requests_per_second === undefined))
    return "quota.neighbour must have either requests_per_second or share";
  return undefined;
};

const object: Rule = {
  expected: "an object",
  fits: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
};
const share: Rule = {
  expected: "a number above 0, up to 1",
  fits: (value) => positive.fits(value) && number(0, 1).fits(value),
};

/** All others may be left out. */
const required = new Set(["from_seconds", "to_seconds"]);

const fields: Readonly<Record<keyof Quota, Rule>> = {
  requests_per_second: positive,
  burst: number(1),
  window_seconds: positive,
  tokens_per_minute: positive,
  token_burst: number(1),
  burndown: positive,
  overload_above: number(1),
  chance: number(0, 1),
  refused: { ...listOf(object), expected: "a list of objects with from_seconds and to_seconds" },
  neighbour: object,
  retry_after_seconds: number(0),
  seed: number(0),
};
const refused: Rules = { from_seconds: number(0), to_seconds: positive, share };
const neighbour: Rules = {
  requests_per_second: { ...listOf(number(0)), expected: "a list of numbers of 0 or more" },
  every_seconds: positive,
  share,
};
