/**
 * Dates and times of Parquet as ISO 8601 texts, counted in whole units, so that no digit is lost. What cannot be
 * written so is its number.
 */

const secondsOfDay = 86_400n;

/** "2026-01-31", of days since 1970. */
export const writeDate = (days: bigint): string => {
  const date = new Date(Number(days) * 86_400_000);
  return Number.isNaN(date.getTime()) ? String(days) : (date.toISOString().split("T")[0] as string);
};

/** Days since 1970; `undefined` for what is no date. */
export const readDate = (value: unknown): number | undefined => {
  if (typeof value !== "string" || !/^[+-]?\d{4,6}-\d\d-\d\d$/.test(value)) return undefined;
  const days = Date.parse(`${value}T00:00:00Z`) / 86_400_000;
  return Number.isInteger(days) && writeDate(BigInt(days)) === value ? days : undefined;
};

/** "2026-01-31T12:00:00.5Z", of units since 1970, of which 10 to the power of `digits` make a second. */
export const writeMoment = (units: bigint, digits: number, isUtc: boolean): string => {
  const [seconds, rest] = divide(units, 10n ** BigInt(digits));
  const [days, second] = divide(seconds, secondsOfDay);
  const date = writeDate(days);
  return date.includes("-", 1) ? `${date}T${clock(second, rest, digits)}${isUtc ? "Z" : ""}` : String(units);
};

export const readMoment = (value: unknown, digits: number, isUtc: boolean): bigint | undefined => {
  const [, date, time] = typeof value === "string" ? (/^([^T]+)T([\d:.]+)Z?$/.exec(value) ?? []) : [];
  const days = readDate(date);
  const ofDay = readTime(time, digits);
  if (days === undefined || ofDay === undefined) return undefined;
  const units = BigInt(days) * secondsOfDay * 10n ** BigInt(digits) + ofDay;
  return writeMoment(units, digits, isUtc) === value ? units : undefined;
};

/** "12:00:00.5", of units since midnight. */
export const writeTime = (units: bigint, digits: number): string => {
  const [second, rest] = divide(units, 10n ** BigInt(digits));
  return units < 0n || second >= secondsOfDay ? String(units) : clock(second, rest, digits);
};

export const readTime = (value: unknown, digits: number): bigint | undefined => {
  const [, hours, minutes, seconds, fraction = ""] =
    typeof value === "string" ? (/^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(value) ?? []) : [];
  if (hours === undefined || fraction.length > digits) return undefined;
  const second = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const units = BigInt(second) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, "0") || "0");
  return writeTime(units, digits) === value ? units : undefined;
};

const clock = (second: bigint, rest: bigint, digits: number): string => {
  const parts = [second / 3600n, (second / 60n) % 60n, second % 60n].map((part) =>
    String(part).padStart(2, "0"),
  );
  const fraction = String(rest).padStart(digits, "0").replace(/0+$/, "");
  return parts.join(":") + (fraction && `.${fraction}`);
};

/** Rounded down, as a clock before 1970 needs it. */
const divide = (value: bigint, by: bigint): [bigint, bigint] => {
  const rest = ((value % by) + by) % by;
  return [(value - rest) / by, rest];
};
