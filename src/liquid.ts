import { utcParse } from "d3-time-format";
import { Liquid } from "liquidjs";

/** A host filter met a value that it cannot work on. Its message holds no row value. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

/**
 * The one Liquid engine: no file access, only own properties, unknown names are errors, bounded work.
 * It knows the four filters that Multiwoven's host adds to Liquid.
 */
export const createLiquid = (): Liquid => {
  const liquid = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    timezoneOffset: 0,
    parseLimit: 1_000_000,
    renderLimit: 1_000,
    memoryLimit: 100_000_000,
    outputEscape: toText,
  });
  for (const tag of ["include", "render", "layout", "block"]) delete liquid.tags[tag];
  for (const [name, filter] of Object.entries(hostFilters)) liquid.registerFilter(name, filter);
  return liquid;
};

/** A value inside a longer text: structures as JSON, nothing for null. */
const toText = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

type Filter = Parameters<Liquid["registerFilter"]>[1];

/** Rails' list of words that mean false. */
const falseWords = new Set(["0", "f", "F", "false", "FALSE", "off", "OFF"]);

const casts: Readonly<Record<string, (value: unknown) => unknown>> = {
  string: toText,
  number: (value) => {
    const number = Number.parseFloat(toText(value).replaceAll("_", ""));
    return Number.isFinite(number) ? number : 0;
  },
  boolean: (value) => (toText(value) === "" ? null : !falseWords.has(toText(value))),
};

const hostFilters: Readonly<Record<string, Filter>> = {
  cast: (value: unknown, type: string) => (casts[type] ?? ((same: unknown) => same))(value),
  regex_replace: (value: unknown, pattern: string, replacement = "", flags = "") =>
    requireText("regex_replace", value).replace(
      rubyRegExp("regex_replace", pattern, `g${flags}`),
      String(replacement)
        .replaceAll("$", "$$$$")
        .replaceAll(/\\(\d)/g, "$$$1")
        .replaceAll("\\$0", "$$&"),
    ),
  match_regex: (value: unknown, pattern: string) => {
    if (rubyRegExp("match_regex", pattern, "").test(toText(value))) return value;
    throw new FilterError("match_regex: the value does not match the pattern");
  },
  to_datetime: (value: unknown, format: string) => {
    if (toText(value).trim() === "") return value;
    const time = utcParse(d3Format(format))(toText(value));
    if (!time) throw new FilterError(`to_datetime: the value is not a date of the form ${format}`);
    return time.toISOString().replace(/(\.000)?Z$/, "+00:00");
  },
};

const requireText = (filter: string, value: unknown): string => {
  if (typeof value === "string") return value;
  throw new FilterError(`${filter}: expected text, got ${value === null ? "null" : typeof value}`);
};

/** In Ruby `^` and `$` always match at line breaks, `m` lets the dot match them, and `x` allows blanks. */
const rubyRegExp = (filter: string, pattern: string, flags: string): RegExp => {
  const source = flags.includes("x") ? pattern.replace(/\\[\s\S]|#.*|\s+/g, keepEscapes) : pattern;
  const jsFlags = `m${flags.includes("g") ? "g" : ""}${flags.includes("i") ? "i" : ""}${flags.includes("m") ? "s" : ""}`;
  try {
    return new RegExp(source, jsFlags);
  } catch {
    throw new FilterError(`${filter}: the pattern is not a regular expression`);
  }
};

const keepEscapes = (part: string): string => (part.startsWith("\\") ? part : "");

/** Ruby's strptime directives that d3 spells otherwise. */
const d3Format = (format: string): string =>
  String(format)
    .replaceAll("%F", "%Y-%m-%d")
    .replaceAll("%T", "%H:%M:%S")
    .replaceAll("%R", "%H:%M")
    .replaceAll("%z", "%Z")
    .replaceAll("%N", "%f");
