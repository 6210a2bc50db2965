import { utcFormat, utcParse } from "d3-time-format";
import { Drop, type Liquid } from "liquidjs";
import type { RE2JS } from "re2js";
import { writeJson } from "../core/exact-json.js";
import { ExactNumber } from "../core/exact-number.js";
import type { PatternError } from "../core/linear-regexp.js";
import { forLooking, rubyRegExp, rubyReplace } from "./ruby-regexp.js";

/** A host filter met a value that it cannot work on. Its message holds no row value. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

type Filter = Parameters<Liquid["registerFilter"]>[1];

/** The filters that Multiwoven's host adds to Liquid. Where the host prints "Liquid error", the row fails here. */
export const hostFilters: Readonly<Record<string, Filter>> = {
  cast: (value: unknown, type: unknown) => (casts.get(type) ?? same)(value),
  regex_replace: (value: unknown, pattern: unknown, replacement: unknown = "", flags: unknown = "") => {
    if (typeof value !== "string")
      throw new FilterError(`regex_replace: expected text, got ${value === null ? "null" : typeof value}`);
    return rubyReplace(value, toRegExp("regex_replace", pattern, flags), toText(replacement));
  },
  match_regex: (value: unknown, pattern: unknown) => {
    if (toRegExp("match_regex", forLooking(toText(pattern)), "").test(toText(value))) return value;
    throw new FilterError("match_regex: the value does not match the pattern");
  },
  to_datetime: (value: unknown, format: unknown) => {
    if (toText(value).trim() === "") return value;
    const time = parseTime(toText(value).trim(), d3Format(toText(format)));
    if (time === null) throw new FilterError("to_datetime: the value is not a date of the given form");
    return time;
  },
};

/** A value inside a longer text: structures as JSON, numbers as their source wrote them, nothing for null. */
export const toText = (value: unknown): string => {
  if (value === null || value === undefined || value instanceof Drop) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" && !(value instanceof ExactNumber) ? writeJson(value) : String(value);
};

const same = (value: unknown): unknown => value;

/** Rails' list of words that mean false. */
const falseWords = new Set(["0", "f", "F", "false", "FALSE", "off", "OFF"]);

const casts: ReadonlyMap<unknown, (value: unknown) => unknown> = new Map<
  unknown,
  (value: unknown) => unknown
>([
  ["string", toText],
  ["number", (value) => toNumber(toText(value))],
  ["boolean", (value) => (toText(value) === "" ? null : !falseWords.has(toText(value)))],
]);

/** As Ruby's to_f: the number that the text starts with, else 0. */
const toNumber = (text: string): number => {
  const number = Number.parseFloat(text.replaceAll("_", ""));
  return Number.isFinite(number) ? number : 0;
};

const toRegExp = (filter: string, pattern: unknown, flags: unknown): RE2JS => {
  try {
    return rubyRegExp(toText(pattern), toText(flags));
  } catch (error) {
    throw new FilterError(`${filter}: the pattern ${(error as PatternError).message}`);
  }
};

/** Ruby's strptime directives that d3 spells otherwise. */
const d3Format = (format: string): string =>
  format
    .replaceAll("%F", "%Y-%m-%d")
    .replaceAll("%T", "%H:%M:%S")
    .replaceAll("%R", "%H:%M")
    .replaceAll("%z", "%Z")
    .replaceAll("%N", "%f");

/** The time as ISO 8601 with its own offset, or `null`. */
const parseTime = (text: string, format: string): string | null => {
  const zone = format.includes("%Z") ? (/Z/.exec(text) ?? lastOffset.exec(text))?.[0] : "";
  if (zone === undefined) return null;
  const wallText = text.replace(zone, "").trim();
  const wallFormat = format.replace("%Z", "").trim();
  const wall = utcParse(wallFormat)(wallText);
  // d3 carries a 31st of February over into March; the host refuses it.
  if (!wall || numbers(utcFormat(wallFormat)(wall)) !== numbers(wallText)) return null;
  return wall.toISOString().replace(/(\.000)?Z$/, isoOffset(zone));
};

const lastOffset = /[+-]\d\d(?::?\d\d)?(?!.*[+-]\d\d)/;

const isoOffset = (zone: string): string =>
  /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}` : "+00:00";

/** The numbers of a date, without what is finer than a millisecond. */
const numbers = (text: string): string =>
  (text.replace(/(\.\d{3})\d+/, "$1").match(/\d+/g) ?? []).map(Number).join(" ");
