import { randomBytes } from "node:crypto";
import { ExactNumber } from "./exact-number.js";

/**
 * The value of JSON text, with every number as it is written: one that JavaScript would print in another way, such as
 * `1.0`, `1e400` or a 64-bit id, becomes an `ExactNumber`. `NaN`, `Infinity` and `-Infinity`, which Python writes, are
 * taken as numbers too. Takes a value of any depth. @throws SyntaxError
 */
export const parseExact = (text: string): unknown => {
  const marked = mayHoldExact.test(text) ? markNumbers(text) : text;
  const value: unknown = JSON.parse(marked);
  return marked === text ? value : unmark(value);
};

/**
 * A value as JSON text, its exact numbers as their source wrote them; one that JSON has no word for, such as NaN, is a
 * text. `replace` is as of JSON.stringify. @throws RangeError for a value that is nested too deeply.
 */
export const writeJson = (value: unknown, replace?: (key: string, value: unknown) => unknown): string => {
  const { text, holdsExact } = ExactNumber.marking(mark, () => JSON.stringify(value, replace));
  return holdsExact
    ? text.replace(marks, (_, number) => (isJson.test(number) ? number : `"${number}"`))
    : text;
};

/** Nobody can write a value that begins like it. */
const mark = `exact ${randomBytes(16).toString("hex")} `;
const marks = new RegExp(`"${mark}([^"]*)"`, "g");

/** Without one of these in it, no text holds a number that JavaScript prints in another way. */
export const mayHoldExact = /\d[.eE]|\d{16}|-0|NaN|Infinity/;
const isJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const token = /-?(?:\d[\d.eE+-]*|Infinity)|NaN/y;

/** The text with a marked text in the place of each number that is to be kept as it is written. */
const markNumbers = (text: string): string => {
  let marked = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if ((code >= digit0 && code <= digit9) || code === minus || code === capitalI || code === capitalN) {
      token.lastIndex = at;
      const number = token.exec(text)?.[0];
      if (number === undefined) continue;
      if (isKept(number) && !/^\s*:/.test(text.slice(at + number.length, at + number.length + 20))) {
        marked += `${text.slice(from, at)}"${mark}${number}"`;
        from = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return from === 0 ? text : marked + text.slice(from);
};

const [quote, backslash, minus, digit0, digit9, capitalI, capitalN] = [34, 92, 45, 48, 57, 73, 78];

/** The closing quote of a text that begins at `start`, or the end of all. */
const endOfText = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
};

const isKept = (number: string): boolean =>
  isJson.test(number) ? String(Number(number)) !== number : /^(?:NaN|-?Infinity)$/.test(number);

/** With a list of its own in place of recursion, which a deep value would exhaust. */
const unmark = (root: unknown): unknown => {
  const box = { root };
  const rest: object[] = [box];
  for (let node = rest.pop(); node !== undefined; node = rest.pop())
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "object" && value !== null) rest.push(value);
      else if (typeof value === "string" && value.startsWith(mark))
        (node as Record<string, unknown>)[key] = new ExactNumber(value.slice(mark.length));
    }
  return box.root;
};
