import { createRequire } from "node:module";
import { type Json, tryParseJson } from "../../core/json.js";

/** A value that was written in JSON, and whether its text had to be mended. */
export interface ReadValue {
  readonly value: Json;
  readonly repaired: boolean;
}

/**
 * The value of JSON text that may have faults with one reading: trailing commas, raw line breaks and controls, line
 * breaks that are escaped outside of texts, quotes of another kind or left out, quotes inside of texts, words of Python. `undefined` where there is none. What leaves something out by
 * three dots is not mended, since nobody knows what. jsonrepair does it: it needs no other package, leaves digits as they
 * are, and gives up where it sees no reading. Where quotes are amiss it takes a time that grows with the square of the
 * text, so only a text that is known to be `isWhole` may be of any length.
 */
export const readJson = (text: string, isWhole = false): ReadValue | undefined => {
  const value = tryParseJson(text);
  if (value !== undefined) return { value, repaired: false };
  // The inside of a JSON text, its quotes left out.
  const inner = tryParseJson(`"${text}"`);
  const unescaped = typeof inner === "string" ? tryParseJson(inner) : undefined;
  if (unescaped !== undefined) return { value: unescaped, repaired: true };
  if (!isWhole && text.length > longest) return undefined;
  if (/[,[{]\s*(?:\.{3}|…)/.test(text.replace(strings, '""'))) return undefined;
  try {
    const mended = repair()(keptBackslashes(withEscapedControls(withLines(text))));
    // What was never closed may have been meant to go on.
    if (closings(mended) > closings(text)) return undefined;
    const read = tryParseJson(mended);
    return read === undefined ? undefined : { value: read, repaired: true };
  } catch {
    // It is not mendable, or nested too deeply.
    return undefined;
  }
};

/** Characters. */
export const longest = 32_768;

const closings = (text: string): number => text.split("}").length;

const strings = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<=[[{:,]\s*)'[^'\\]*(?:\\.[^'\\]*)*'/gs;

/** A text whose line breaks came out as \\n from its first brace on has all of them so. */
const withLines = (text: string): string =>
  /^\{\s*\\n/.test(text) ? text.replace(/(?<!\\)\\n/g, "\n") : text;

/** Controls can stand in texts alone, and there as escapes. */
const withEscapedControls = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, (control) => JSON.stringify(control).slice(1, -1));

/** A backslash that escapes nothing, as in \d or \alpha, is meant as one. */
const keptBackslashes = (text: string): string =>
  text.replace(/\\(?:["'\\/bfnrt\n]|u[0-9a-fA-F]{4})|\\/g, (part) => (part === "\\" ? "\\\\" : part));

/** Loaded with the first text that needs it, since few do. */
const repair = (): typeof import("jsonrepair").jsonrepair => {
  loaded ??= createRequire(import.meta.url)("jsonrepair") as typeof import("jsonrepair");
  return loaded.jsonrepair;
};
let loaded: typeof import("jsonrepair") | undefined;
