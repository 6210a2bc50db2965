import { Drop } from "liquidjs";
import { Scalar } from "../core/exact-number.js";

/**
 * Whether a value has nothing to work on: null, nothing but white space and characters that are not seen (zero-width,
 * soft hyphens, fillers, controls), or a list or an object of nothing else. Zero, false and a date are something.
 */
export const isBlank = (value: unknown): boolean => {
  if (value === null || value === undefined || value instanceof Drop) return true;
  if (typeof value === "string") return unseen.test(value);
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value instanceof Date || value instanceof Scalar) return false;
  return Object.values(value).every(isBlank);
};

const unseen = /^[\s\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]*$/u;

/** What the placeholders of one rendering came to. */
export interface Printed {
  /** Whether any placeholder was reached: tags may have left them all out. */
  any: boolean;
  /** Whether any of them was something. */
  something: boolean;
}

/** A symbol, so that no template can read it. */
const key = Symbol("printed");

/** Globals of a Liquid context, with what its placeholders come to. */
export const withPrinted = (globals: object, printed: Printed): object => ({ [key]: printed, ...globals });

/** Notes what a placeholder came to. A fence around nothing is nothing. */
export const note = (globals: object, value: unknown): void => {
  const printed = (globals as { [key]?: Printed })[key];
  if (!printed) return;
  printed.any = true;
  printed.something ||= !isBlank(typeof value === "string" ? value.replace(emptyFence, "$1") : value);
};

const emptyFence = /^<[\w-]+>\n([^<]*)\n<\/[\w-]+>$/;
