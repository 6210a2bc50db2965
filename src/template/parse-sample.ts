import type { Json } from "../core/json.js";
import { findJsonBreak, placeOf } from "../core/json-break.js";

/**
 * Reads a pasted JSON sample. Raw line breaks and tabs inside its strings are accepted, because the host's form turns a
 * typed `\n` into them; so is a stray n between its values, which that form makes of the line breaks of a text area.
 * @throws Error whose message says where the JSON breaks, and never quotes it: a sample may hold secrets.
 */
export const parseSample = (text: string): Json => {
  const mended = mendStrings(text, escapeControl);
  for (const attempt of [mended, withoutStrayN(mended)])
    try {
      return JSON.parse(attempt) as Json;
    } catch {}
  throw new Error(describeBreak(text));
};

const jsonString = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/g;
/** Inside a string: a sound escape (left alone), or a raw control character with the backslash before it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: raw control characters are what this mends.
const escapeOrControl = /\\[^\u0000-\u001f]|\\?[\u0000-\u001f]/g;

const mendStrings = (text: string, mend: (control: string) => string): string =>
  text.replace(jsonString, (string) =>
    string.replace(escapeOrControl, (part) => ((part.at(-1) ?? "") >= " " ? part : mend(part))),
  );

/** Outside of strings, JSON has an n at the beginning of null only. */
const withoutStrayN = (text: string): string =>
  text.replace(/("[^"\\]*(?:\\[\s\S][^"\\]*)*"?)|n(?!ull)/g, (_, string?: string) => string ?? " ");

const escapeControl = (control: string): string => {
  // The form writes a typed `\\n` (a backslash, then an n) as a backslash and a line break.
  if (control === "\\\n") return "\\\\n";
  return JSON.stringify(control).slice(1, -1);
};

const describeBreak = (text: string): string => {
  // Blanks of the same length keep every offset where the reader of the message will look for it.
  const mended = mendStrings(text, (control) => " ".repeat(control.length));
  const broken = findJsonBreak(/^\s*[{[]n/.test(mended) ? withoutStrayN(mended) : mended);
  if (!broken) return "is not valid JSON";
  const { offset, cause } = broken;
  return `is not valid JSON at ${placeOf(text, offset)} (${cause})${hint(text, offset)}`;
};

const hint = (text: string, offset: number): string => {
  if (text.slice(offset - 1, offset + 1) === "{{")
    return '. Placeholders stand inside quotes; "{{ column }}" alone in its quotes keeps the type of the value';
  return "";
};
