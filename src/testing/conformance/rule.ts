import type { Descriptor } from "../../generated/conformance.js";
import type { Ability } from "./adapter.js";
import type { Context } from "./context.js";

/** One rule that a connector must keep. */
export interface Rule {
  /** Its letter and number, such as W02. */
  readonly id: string;
  /** The rule, as a short sentence. */
  readonly what: string;
  /** Parts of the descriptor, or abilities of the adapter, without which it cannot be judged. */
  readonly needs?: readonly Need[];
  /** Resolves where the rule is kept; rejects with what breaks it. */
  run(context: Context): Promise<void>;
}

export type Need =
  | keyof Descriptor
  | Ability
  | `answers.${keyof NonNullable<Descriptor["answers"]>}`
  | `source.${keyof NonNullable<Descriptor["source"]>}`
  | `calls.${keyof NonNullable<Descriptor["calls"]>}`;
