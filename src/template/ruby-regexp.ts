import type { RE2JS } from "re2js";
import { linearRegExp, PatternError } from "../core/linear-regexp.js";

/**
 * A Ruby pattern: `^` and `$` match at every line, `m` lets the dot match line breaks, `x` allows blanks and comments.
 * @throws PatternError for one that is none, or that cannot be run in linear time.
 */
export const rubyRegExp = (pattern: string, flags: string): RE2JS => {
  const key = `${flags}/${pattern}`;
  const known = compiled.get(key);
  if (known) return known;
  const source = pattern.replace(flags.includes("x") ? extendedToken : token, translated);
  const regExp = linearRegExp(source, {
    everyLine: true,
    ignoreCase: flags.includes("i"),
    dotAll: flags.includes("m"),
  });
  // A pattern that each row brings anew must not fill the memory.
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(key, regExp);
  return regExp;
};

const compiled = new Map<string, RE2JS>();
const mostCompiled = 100;

/** A pattern for looking only, where `\Z` may take the last line break with it. */
export const forLooking = (pattern: string): string =>
  pattern.replace(/\\[\s\S]/g, (each) => (each === "\\Z" ? "(?:\\n?\\z)" : each));

/** Ruby's gsub: `\1` is a group, `\0` the whole match, and a group that is not there is nothing. */
export const rubyReplace = (text: string, pattern: RE2JS, replacement: string): string => {
  const matcher = pattern.matcher(text);
  const groups = pattern.groupCount();
  let replaced = "";
  let end = 0;
  while (matcher.find()) {
    const filled = replacement.replace(/\\(\d)/g, (_, group) =>
      Number(group) <= groups ? (matcher.group(Number(group)) ?? "") : "",
    );
    replaced += text.slice(end, matcher.start()) + filled;
    end = matcher.end();
  }
  return replaced + text.slice(end);
};

/** An escape or a class in brackets, POSIX classes inside it included. */
const token = /\\u\{?[\da-fA-F]+\}?|\\[\s\S]|\[(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]/g;
/** The same, or what the flag `x` leaves out. */
const extendedToken = new RegExp(`${token.source}|#.*|\\s+`, "g");

const translated = (part: string): string => {
  if (part.startsWith("[")) return inBrackets(part);
  return part.startsWith("\\") ? (escapes.get(part) ?? codePoint(part)) : "";
};

/** Ruby's classes of classes would mean something else here. */
const inBrackets = (part: string): string => {
  const [strange] = /&&|\[(?!:)/.exec(part.slice(1).replace(escaped, "")) ?? [];
  if (strange) throw new PatternError({ error: "", input: strange });
  return part.replace(escaped, (each) => inClass.get(each) ?? codePoint(each));
};

const escaped = /\\u\{?[\da-fA-F]+\}?|\\[\s\S]/g;
const inClass: ReadonlyMap<string, string> = new Map([
  ["\\h", "0-9a-fA-F"],
  ["\\b", "\\x08"],
]);

/** An escape of a character by its number, or of one that needs none. */
const codePoint = (part: string): string => {
  const [, digits] = /^\\u\{?([\da-fA-F]+)\}?$/.exec(part) ?? [];
  if (digits !== undefined) return `\\x{${digits}}`;
  return part === "\\e" ? "\\x1b" : part.replace(/^\\(?=[^\x20-\x7e])/, "");
};

const escapes: ReadonlyMap<string, string> = new Map([
  ["\\h", "[0-9a-fA-F]"],
  ["\\H", "[^0-9a-fA-F]"],
]);
