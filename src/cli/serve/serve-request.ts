import { isUtf8 } from "node:buffer";
import { mayHoldExact, parseExact } from "../../core/exact-json.js";
import { type HookName, hooks } from "./serve-hooks.js";

/**
 * What names a request in its answers: a text, or a safe integer. Chosen by the host; free again once the last answer
 * is out.
 */
export type Id = string | number;

export interface Request {
  readonly id: Id;
  readonly hook: HookName | "cancel";
  readonly args: readonly unknown[];
}

/** A line that is no request. It quotes nothing of the line's arguments, which hold secrets and rows. */
interface Refusal {
  /** `null` where the line does not tell it. */
  readonly id: Id | null;
  readonly error: { readonly code: string; readonly message: string };
}

/** Reads one line of a host: `{ id, hook, args }`. `number` is the line's, from 1. */
export const readRequest = (line: Buffer, number: number): Request | Refusal => {
  if (line.length > longestLine)
    return refuse(
      idAtStart(line),
      "line_too_long",
      `Line ${number} is longer than 64 MB and was not read. Send its records in several requests.`,
    );
  const text = isUtf8(line) ? line.toString() : "";
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(null, "malformed_line", `Line ${number} is not one JSON object in UTF-8. ${like}`);
  const { id, hook, args = [] } = value as Record<string, unknown>;
  if (typeof id !== "string" && typeof id !== "number")
    return refuse(null, "malformed_line", `Line ${number} has no id, a text or a whole number. ${like}`);
  // Read and written again it would be another number, which the host does not know.
  if (typeof id === "number" && !Number.isSafeInteger(id))
    return refuse(
      null,
      "malformed_line",
      `The id of line ${number} is no whole number up to ${Number.MAX_SAFE_INTEGER}: send it as text.`,
    );
  if (typeof hook !== "string" || (hook !== "cancel" && !Object.hasOwn(hooks, hook)))
    return refuse(id, "unknown_hook", `There is no hook ${named(hook)}. There are: ${names}.`);
  if (!Array.isArray(args))
    return refuse(id, "bad_request", `args must be an array of the hook's arguments. ${like}`);
  if (isDeeperThan(args, deepest))
    return refuse(id, "bad_request", `args are nested more than ${deepest} levels deep.`);
  const first = Object.hasOwn(beforeRecords, hook) ? beforeRecords[hook as "enrich"] : undefined;
  if (first !== undefined && !Array.isArray(args[1]))
    return refuse(id, "bad_request", `${hook} takes two arguments: ${first} and an array of records.`);
  return { id, hook: hook as HookName | "cancel", args: withExactRecords(args, text, hook) };
};

/** Bytes of a line; one more is read of a longer one. Bedrock takes 25 MB of a row. */
export const longestLine = 64_000_000;

/** The id of a line that is not read, so that its host hears of it; `null` where it does not stand in front. */
const idAtStart = (line: Buffer): Id | null => {
  const [, id] =
    /^\s*\{\s*"id"\s*:\s*(\d{1,15}|"(?:[^"\\]|\\.){0,200}")\s*,/.exec(line.toString("utf8", 0, 1000)) ?? [];
  return id === undefined ? null : ((parsed(id) ?? null) as Id | null);
};

/** Settings are plain JSON; the numbers of records keep their text. */
const withExactRecords = (args: readonly unknown[], text: string, hook: string): readonly unknown[] => {
  if (!recordHooks.has(hook) || !mayHoldExact.test(text)) return args;
  const exact = parseExact(text) as { args: readonly unknown[] };
  return args.with(1, exact.args[1]);
};

const recordHooks = new Set(["write", "enrich", "preview"]);

const like = 'Send lines like {"id":1,"hook":"spec","args":[]}.';

/** Hooks that iterate over their records, with the argument before these. `write` takes whatever a host has. */
const beforeRecords = { enrich: "a sync config", preview: "a configuration" } as const;

const names = [...Object.keys(hooks), "cancel"].join(", ");

/** JSON.parse takes any depth; JSON.stringify, which the answer needs, gives up at a few thousand levels. */
const deepest = 500;

const refuse = (id: Id | null, code: string, message: string): Refusal => ({ id, error: { code, message } });

const named = (hook: unknown): string =>
  typeof hook === "string" ? JSON.stringify(hook.slice(0, 40)) : "without a name";

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));
