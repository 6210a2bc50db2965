import type { Template as LiquidTemplate } from "liquidjs";
import type { PatternError } from "../core/linear-regexp.js";
import { textOf, valuesIn } from "./parts.js";
import { forLooking, rubyRegExp } from "./ruby-regexp.js";

/** What is wrong with a pattern that a template itself gives to a filter, as the end of a sentence; else `null`. */
export const wrongPattern = (parts: readonly LiquidTemplate[]): string | null => {
  for (const { filters } of valuesIn(parts))
    for (const { name, args } of filters) {
      if (name !== "regex_replace" && name !== "match_regex") continue;
      const [pattern, , flags] = args.map(textOf);
      if (pattern === undefined) continue;
      const wrong = faultOf(name === "match_regex" ? forLooking(pattern) : pattern, flags);
      if (wrong) return wrong;
    }
  return null;
};

const faultOf = (pattern: string, flags = ""): string | null => {
  try {
    rubyRegExp(pattern, flags);
    return null;
  } catch (error) {
    const { message, part } = error as PatternError;
    return `${message}: ${part}`;
  }
};
