import type { Json } from "./json.js";

/**
 * The names among `values` whose numbers, or numbers inside, are not those that the JSON text `source` has: a JSON number
 * of JavaScript keeps some 15 to 17 digits and has an end at 1e308.
 */
export const lostDigits = (values: Readonly<Record<string, Json>>, source: string): string[] => {
  const lost = roundedIn(source);
  if (lost.size === 0) return [];
  return Object.keys(values).filter((name) => holds(values[name], lost));
};

/** What the numbers of a text become that do not keep their digits. Numbers inside of its strings count too. */
const roundedIn = (source: string): ReadonlySet<number> => {
  const lost = new Set<number>();
  if (!/\d{16}|\d\.\d{15}|\d[eE][+-]?\d{2}/.test(source)) return lost;
  for (const [token] of source.matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g))
    if (token.length > 15 || /[eE]/.test(token)) if (!keepsDigits(token)) lost.add(Number(token));
  return lost;
};

/** Whether a number in JSON is the same number as JavaScript keeps it. */
const keepsDigits = (token: string): boolean => {
  // No number of JavaScript is written so long.
  if (token.length > 400) return false;
  const value = Number(token);
  return Number.isFinite(value) && significant(String(value)) === significant(token);
};

/** The digits of a number and where its point stands, in one writing. */
const significant = (token: string): string => {
  const [, sign, whole = "", part = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = (whole + part).replace(/^0+/, "");
  if (digits === "") return "0";
  const bare = digits.replace(/0+$/, "");
  return `${sign}${bare}e${Number(power) - part.length + digits.length - bare.length}`;
};

/** With a list of its own in place of recursion, which a deep value would exhaust. */
const holds = (root: Json | undefined, numbers: ReadonlySet<number>): boolean => {
  const rest: unknown[] = [root];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value === "number" && numbers.has(value)) return true;
    if (typeof value === "object" && value !== null)
      for (const inner of Object.values(value)) rest.push(inner);
  }
  return false;
};
