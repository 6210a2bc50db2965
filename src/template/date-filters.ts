import { Drop, type Liquid } from "liquidjs";
import { ExactNumber } from "../core/exact-number.js";
import { type PrintedTime, strftime } from "./strftime.js";

type Filter = Parameters<Liquid["registerFilter"]>[1];
type This = ThisParameterType<Extract<Filter, (...values: never) => unknown>>;

/**
 * Liquid's filters for dates, in place of the engine's, which print by the zone and the language of the machine. A date
 * without a zone keeps its wall time; one with a zone is printed in UTC, or in the zone that the filter names. What is
 * no date is passed on as it is.
 */
export const dateFilters: Readonly<Record<string, Filter>> = {
  date(value: unknown, format?: unknown, zone?: unknown) {
    const isGiven = format !== undefined && format !== null && !(format instanceof Drop);
    return print(this, value, isGiven ? String(format) : usual, zone);
  },
  date_to_xmlschema(value: unknown) {
    return print(this, value, "%Y-%m-%dT%H:%M:%S%:z");
  },
  date_to_rfc822(value: unknown) {
    return print(this, value, "%a, %d %b %Y %H:%M:%S %z");
  },
  date_to_string(value: unknown, type?: unknown, style?: unknown) {
    return print(this, value, dayFormat("%b", type, style));
  },
  date_to_long_string(value: unknown, type?: unknown, style?: unknown) {
    return print(this, value, dayFormat("%B", type, style));
  },
};

const usual = "%A, %B %-e, %Y at %-l:%M %P %z";

const dayFormat = (month: string, type: unknown, style: unknown): string => {
  if (type !== "ordinal") return `%d ${month} %Y`;
  return style === "US" ? `${month} %-d%q, %Y` : `%-d%q ${month} %Y`;
};

const print = (filter: This, value: unknown, format: string, zone?: unknown): unknown => {
  const limit = filter.context.memoryLimit;
  limit.use(format.length);
  const moment = momentOf(value);
  return Number.isNaN(moment) ? value : strftime(inZone(moment, zone), format, (size) => limit.use(size));
};

/** Milliseconds since 1970 in UTC; NaN for what is no date. */
const momentOf = (value: unknown): number => {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number" || value instanceof ExactNumber) return Number(value) * 1000;
  if (typeof value !== "string") return Number.NaN;
  const text = value.trim();
  if (timeOfRun.has(text)) return Date.now();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!isDate(text)) return Number.NaN;
  // A day alone in ISO 8601 is one in UTC, and only there is 0001 a year.
  if (hasZone.test(text) || /^[+-]?\d{4,6}-\d\d(?:-\d\d)?$/.test(text)) return Date.parse(text);
  // Without a zone, the wall's time stands for UTC's, and what is read as local would depend on the machine.
  for (const utc of ["Z", " UTC", " 00:00 UTC"]) {
    const moment = Date.parse(text.replace(/^(\d{4}-\d\d-\d\d) +(?=\d)/, "$1T") + utc);
    if (!Number.isNaN(moment)) return moment;
  }
  return Number.NaN;
};

/** JavaScript reads a date out of nearly any words with a number, and a 31st of April as the 1st of May. */
const isDate = (text: string): boolean => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  if (day !== undefined && Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate())
    return false;
  const words = text.replace(/\(.*\)$/, "").match(/[a-z]+/gi) ?? [];
  return hasYear.test(text) && words.every((word) => dateWord.test(word));
};

const hasYear = /\d{4}|\d[/. -]\d\d?[/. -]\d/;
const dateWord =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|[ap]m|[tz]|utc?|gmt|[ecmp][sd]t)$/i;

/** What stands for the moment of the run. */
export const timeOfRun: ReadonlySet<string> = new Set(["now", "today"]);

const hasZone =
  /\d\s*(?:Z|(?:UTC?|GMT|[ECMP][SD]T)(?:[+-]\d.*)?)$|:\d\d(?:\.\d+)?\s*(?:GMT|UTC)?[+-]\d\d?(?::?\d\d)?(?:\s*\(.*\))?$/i;

/** `zone` is a name of the time zone database or, as in Liquid for JavaScript, minutes behind UTC. */
const inZone = (moment: number, zone: unknown): PrintedTime => {
  const name = typeof zone === "string" && zone !== "" ? zone : null;
  const offset = name === null ? -(Number(zone) || 0) : offsetOf(moment, name);
  return { wall: new Date(moment + offset * 60_000), offset, zone: name };
};

const offsetOf = (moment: number, timeZone: string): number => {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const named = format.formatToParts(moment).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(named) ?? [];
  return sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0;
};
