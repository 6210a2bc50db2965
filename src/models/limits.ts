import { factsOf } from "./model-facts.js";

/** What a model takes and writes at most, in tokens. */
export interface Limits {
  /** Input and output together. */
  readonly context?: number;
  readonly output?: number;
}

/** What is known of the first id that names a model; `undefined` where nothing is. */
export const limitsOf = (...modelIds: (string | undefined)[]): Limits | undefined =>
  factsOf(...modelIds)?.limits;

/**
 * How many tokens of the tokens-per-minute quota one output token of a model burns when its call ends: at the start
 * a call takes its input and its whole output limit, at the end its input, cache writes and output times this.
 * The first id that names a model decides, as with `resolveFamily`; 1 where nothing else is known.
 */
export const burndownOf = (...modelIds: (string | undefined)[]): number =>
  factsOf(...modelIds)?.burndown ?? 1;
