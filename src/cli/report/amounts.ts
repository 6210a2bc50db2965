import { withoutPassword } from "../../core/without-password.js";
import type { UsdRange } from "../../index.js";
import { safeCommand } from "../help.js";

/** A whole number with thousands apart: `12,345`. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** `1 row`, `2 rows`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${value === 1 ? noun : `${noun}s`}`;

/** Seconds as `4.2 s`, `3 min 5 s` or `2 h 10 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

/** Bytes as `812 bytes`, `1.4 MB` and so on. */
export const fileSize = (bytes: number): string => {
  if (bytes < 1000) return counted(bytes, "byte");
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${["", "kB", "MB", "GB"][power]}`;
};

/** US dollars: `$1,234.50`, and three digits that count of what is less than a dollar: `$0.00123`. */
export const usd = (value: number): string =>
  `$${value.toLocaleString("en-US", value < 0.1 ? { maximumSignificantDigits: 3 } : value < 1 ? mills : cents)}`;

const cents = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const mills = { minimumFractionDigits: 2, maximumFractionDigits: 3 };

/** An estimate: `$0.02, from $0.01 to $0.09`. */
export const usdRange = ({ low, expected, max }: UsdRange): string =>
  `${usd(expected)}, from ${usd(low)} ${max === null ? "without an upper bound" : `to ${usd(max)}`}`;

/** An argument as a POSIX shell takes it, for a command that the user may copy. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that sends a ledger's unanswered calls again, to be copied. */
export const replayCommand = (config: string | undefined, ledger: string): string =>
  `${safeCommand} replay --config ${shellWord(config ?? "FILE")} --ledger ${shellWord(withoutPassword(ledger))}`;
