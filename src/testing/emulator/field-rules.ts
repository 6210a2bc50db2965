/** What a value in a plain description of an account or a fault must be. */
export interface Rule {
  /** After "must be". */
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

export type Rules = Readonly<Record<string, Rule>>;

export const number = (least: number, most = Number.POSITIVE_INFINITY): Rule => ({
  expected: Number.isFinite(most) ? `a number from ${least} to ${most}` : `a number of ${least} or more`,
  fits: (value) => isNumber(value) && value >= least && value <= most,
});

export const whole = (least: number, most?: number): Rule => {
  const { expected, fits } = number(least, most);
  return {
    expected: expected.replace("number", "whole number"),
    fits: (value) => Number.isInteger(value) && fits(value),
  };
};

export const positive: Rule = {
  expected: "a number above 0",
  fits: (value) => isNumber(value) && value > 0,
};

export const listOf = ({ expected, fits }: Rule): Rule => ({
  expected: `a list, not empty, of ${expected}`,
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every(fits),
});

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** A value in a message: no string is repeated. */
export const nameOf = (value: unknown): string => {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list that does not fit";
  if (typeof value === "string") return "a string that does not fit";
  return value !== null && typeof value === "object" ? "an object" : String(value);
};
