import { ExactNumber } from "./exact-number.js";
import type { Json } from "./json.js";

type Values = Readonly<Record<string, Json>>;

/**
 * Values that were read of the JSON text `source`, with the digits that it has. A number of JavaScript keeps some 15 to 17
 * digits and has an end at 1e308: a whole number beyond becomes an `ExactNumber`, which is written as the text has it.
 * `lost` names the values that hold another number all the same, a rounded fraction or one of two that became the same.
 */
export const keepDigits = (values: Values, source: string): { values: Values; lost: string[] } => {
  const rounded = roundedIn(source);
  const lost: string[] = [];
  if (rounded.size === 0) return { values, lost };
  const kept = Object.entries(values).map(([name, value]): [string, Json] => {
    if (!numbersIn(value).some((number) => rounded.has(number))) return [name, value];
    const { copy, isExact } = withExact(value, rounded);
    if (!isExact) lost.push(name);
    return [name, copy];
  });
  return { values: Object.fromEntries(kept), lost };
};

/**
 * The numbers of JavaScript that stand for another one of a text, each with the one writing that it came of; `null` where
 * there are several. Numbers inside of the text's strings count too.
 */
const roundedIn = (source: string): ReadonlyMap<number, string | null> => {
  if (!/\d{16}|\d\.\d{15}|\d[eE][+-]?\d{2}/.test(source)) return none;
  const tokens = (source.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? []).map(
    (token) => [Number(token), token] as const,
  );
  const doubtful = new Set(
    tokens.filter(([, token]) => token.length > 15 || /[eE]/.test(token)).map(([number]) => number),
  );
  const writings = new Map<number, Map<string, string>>();
  for (const [number, token] of tokens) {
    if (!doubtful.has(number)) continue;
    const known = writings.get(number) ?? new Map<string, string>();
    writings.set(number, known.set(significant(token), token));
  }
  return new Map(
    [...writings]
      .filter(([number, known]) => [...known.keys()].some((digits) => digits !== significant(String(number))))
      .map(([number, known]) => [number, known.size === 1 ? ([...known.values()][0] ?? null) : null]),
  );
};

const none: ReadonlyMap<number, string | null> = new Map();

/** The digits of a number and where its point stands, in one writing. */
const significant = (token: string): string => {
  // No number of JavaScript is written so long.
  if (token.length > 400) return token;
  const [, sign, whole = "", part = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = (whole + part).replace(/^0+/, "");
  if (digits === "") return "0";
  const bare = digits.replace(/0+$/, "");
  return `${sign}${bare}e${Number(power) - part.length + digits.length - bare.length}`;
};

/** A copy with the whole numbers as they were written, and whether that holds for all numbers in it. */
const withExact = (root: Json, rounded: ReadonlyMap<number, string | null>) => {
  const box: { root: unknown } = { root: structuredClone(root) };
  let isExact = true;
  for (const { holder, key, number } of placesOf(box)) {
    const writing = rounded.get(number);
    if (writing === undefined) continue;
    if (writing !== null && !isFraction(number)) holder[key] = new ExactNumber(writing);
    else isExact = false;
  }
  return { copy: box.root as Json, isExact };
};

const isFraction = (number: number): boolean => Number.isFinite(number) && !Number.isInteger(number);

const numbersIn = (value: Json): number[] => placesOf({ value }).map(({ number }) => number);

/** Where numbers stand. With a list of its own in place of recursion, which a deep value would exhaust. */
const placesOf = (root: object) => {
  const places: { holder: Record<string, unknown>; key: string; number: number }[] = [];
  const rest: object[] = [root];
  for (let holder = rest.pop(); holder !== undefined; holder = rest.pop())
    for (const [key, value] of Object.entries(holder)) {
      if (typeof value === "number")
        places.push({ holder: holder as Record<string, unknown>, key, number: value });
      else if (typeof value === "object" && value !== null) rest.push(value);
    }
  return places;
};
