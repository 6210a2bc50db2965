import { parseArgs } from "node:util";
import { nearest } from "../core/nearest.js";
import type { Arguments, Command } from "./command.js";
import { wrongUsage } from "./failure.js";

/** Checks argv (after the command's name) against the command's options. Throws wrong usage, naming the option. */
export const readArguments = (command: Command, argv: readonly string[]): Arguments => {
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  const flags = new Set<string>();
  let argument: string | undefined;
  for (const token of tokensOf(command, argv)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (command.argument === undefined || argument !== undefined)
        throw wrongUsage(`unexpected argument ${JSON.stringify(token.value)}`);
      argument = token.value;
      continue;
    }
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    if (option === undefined) throw wrongUsage(unknownOption(rawName, Object.keys(command.options)));
    if (name in values || flags.has(name)) throw wrongUsage(`option --${name} is given twice`);
    if (option.value === undefined) {
      if (value !== undefined) throw wrongUsage(`option --${name} takes no value`);
      flags.add(name);
    } else if (value === undefined || value === "" || (!inlineValue && /^-./.test(value))) {
      throw wrongUsage(`option --${name} needs a value: --${name} ${option.value}`);
    } else if (option.repeats) {
      lists[name] = [...(lists[name] ?? []), value];
    } else {
      values[name] = value;
    }
  }
  for (const [name, option] of Object.entries(command.options)) {
    if (option.required && !(name in values)) throw wrongUsage(`option --${name} ${option.value} is missing`);
  }
  return { argument, values, lists, flags };
};

/** A whole number option within [least, most], or `fallback` when it was not given. Throws wrong usage. */
export const wholeNumber = (
  { values }: Arguments,
  name: string,
  { fallback, least, most }: { fallback: number; least: number; most: number },
): number => {
  const text = values[name];
  if (text === undefined) return fallback;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw wrongUsage(`option --${name} must be a whole number from ${least} to ${most}, not ${text}`);
};

function tokensOf(command: Command, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      { type: option.value === undefined ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  // Not strict: the checks above give better words than parseArgs and list what exists.
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function unknownOption(given: string, known: string[]): string {
  const close = nearest(given.replace(/^-+/, ""), known);
  return `unknown option ${given}${close ? `; did you mean --${close}?` : ""}`;
}
