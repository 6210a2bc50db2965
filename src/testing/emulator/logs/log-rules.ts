import { isObject } from "../../../core/json.js";

/** How an account's model invocation logs are kept, where it has any. What is left out is as its comment says. */
export interface LogRules {
  /** How long after its call a record can be read. Default 0. */
  readonly delay_seconds?: number;
  /** At most so many in an object. Default 20. */
  readonly records_per_object?: number;
  /** How records stand in an object: behind each other (`joined`, the default), a line each, or `pretty` over many lines. */
  readonly layout?: "joined" | "lines" | "pretty";
  /**
   * How a record names its model: `mixed` (the default) is the id for Converse and an ARN for InvokeModel.
   */
  readonly model_id?: "mixed" | "id" | "arn";
  /** Bodies of more bytes get a file of their own. Default 100,000. */
  readonly large_bytes?: number;
  /** Whether calls are logged whose caller has left before the answer. Default true; of Bedrock it is not known. */
  readonly abandoned?: boolean;
  /** Whether calls that are refused are logged. Default true. */
  readonly refused?: boolean;
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
const flag = { expected: "true or false", fits: (value: unknown) => typeof value === "boolean" };
const oneOf = (...words: string[]) => ({
  expected: `one of ${words.join(", ")}`,
  fits: (value: unknown): boolean => words.includes(value as string),
});

const rules: Readonly<
  Record<keyof LogRules, { readonly expected: string; readonly fits: (value: unknown) => boolean }>
> = {
  delay_seconds: {
    expected: "a number of 0 or more",
    fits: (value) => typeof value === "number" && value >= 0,
  },
  records_per_object: { expected: "a whole number from 1", fits: isCount },
  layout: oneOf("joined", "lines", "pretty"),
  model_id: oneOf("mixed", "id", "arn"),
  large_bytes: { expected: "a whole number from 1", fits: isCount },
  abandoned: flag,
  refused: flag,
};

/** What is wrong with the rules, as a sentence; `null` where nothing is. */
export const logRulesFault = (given: unknown): string | null => {
  if (!isObject(given)) return "logs must be an object.";
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof LogRules] : undefined;
    if (!rule) return `logs.${name.slice(0, 40)} is no field; take one of ${Object.keys(rules).join(", ")}.`;
    if (!rule.fits(value)) return `logs.${name} must be ${rule.expected}.`;
  }
  return null;
};
