import { createRequire } from "node:module";
import type { RE2JS } from "re2js";

/** A pattern that is no regular expression, or none that is run in linear time. The message quotes no part of it. */
export class PatternError extends Error {
  override readonly name = "PatternError";
  /** The part of the pattern that is meant. */
  readonly part: string;

  constructor({ error, input }: { readonly error: string; readonly input: string }) {
    const construct = constructs.find(([sign]) => sign.test(input) || sign.test(error))?.[1];
    super(
      construct
        ? `holds ${construct}, which cannot be run in linear time`
        : `is not a regular expression that can be run: ${error}`,
    );
    this.part = input;
  }
}

/** What the engine does not have, by the part that it complains of or by its complaint. */
const constructs: readonly (readonly [RegExp, string])[] = [
  [/^\(\?[=!]/, "a lookahead"],
  [/capture in lookbehind/, "a group inside a lookbehind"],
  [/^\\[1-9k]/, "a reference back to a group"],
  [/^\(\?>/, "an atomic group"],
  [/^(?:[+*?]|\{.*\})\+$/, "a possessive repetition"],
  [/^\{\d+/, "a repetition of more than 1,000"],
  [/^\\Z/, "\\Z in front of a last line break (write \\z)"],
  [/^&&/, "an intersection of classes (&&)"],
  [/^\[/, "a class inside a class"],
];

interface Options {
  readonly ignoreCase?: boolean;
  /** `^` and `$` match at every line. */
  readonly everyLine?: boolean;
  /** The dot takes line breaks too. */
  readonly dotAll?: boolean;
}

/**
 * A regular expression that takes no longer than the text is long, whatever the pattern: that may come from a row, or
 * take for ever by a slip. @throws PatternError
 */
export const linearRegExp = (pattern: string, options: Options = {}): RE2JS => {
  const { RE2JS: engine } = load();
  const flags =
    engine.LOOKBEHINDS |
    (options.ignoreCase ? engine.CASE_INSENSITIVE : 0) |
    (options.everyLine ? engine.MULTILINE : 0) |
    (options.dotAll ? engine.DOTALL : 0);
  try {
    return engine.compile(pattern, flags);
  } catch (thrown) {
    const { error = "it is too large", input = "" } = thrown as { error?: string; input?: string };
    throw new PatternError({ error, input });
  }
};

/** The same for a pattern as JavaScript and JSON Schema write it. */
export const linearFromJavaScript = (pattern: string): RE2JS =>
  linearRegExp(load().RE2JS.translateRegExp(pattern));

/** Loaded with the first pattern, since few connections have one. */
const load = (): typeof import("re2js") => createRequire(import.meta.url)("re2js");
