import type { Fault, Trouble } from "./faults.js";
import { listOf, nameOf, number, type Rule, type Rules, whole } from "./field-rules.js";

/** The faults of a list, copied. Throws a `TypeError` whose message says what is malformed and what to give. */
export const readFaults = (faults: unknown): readonly Fault[] => {
  if (!Array.isArray(faults)) throw new TypeError(`The faults must be a list; this is ${nameOf(faults)}.`);
  const complaint = checkFaults(faults, "faults", kindsOfCalls);
  if (complaint) throw new TypeError(complaint);
  return structuredClone(faults) as Fault[];
};

/** What is wrong with a list of faults of these kinds, in one sentence, or `null`. */
export const checkFaults = (faults: unknown, where: string, kinds: readonly string[]): string | null => {
  if (!Array.isArray(faults)) return `${where} must be a list.`;
  for (const [index, fault] of faults.entries()) {
    const complaint = checkFault(fault, `${where}[${index}]`, kinds);
    if (complaint) return complaint;
  }
  return null;
};

/**
 * What is wrong with it, in one sentence, or `null`. No string is repeated but a kind, and that not in full length.
 */
const checkFault = (fault: unknown, where: string, kinds: readonly string[]): string | null => {
  if (fault === null || typeof fault !== "object" || Array.isArray(fault))
    return `${where} must be an object with a kind; it is ${nameOf(fault)}.`;
  const values = fault as Readonly<Record<string, unknown>>;
  const kind = typeof values.kind === "string" ? values.kind.slice(0, 40) : nameOf(values.kind);
  if (!kinds.includes(kind)) return `${where}.kind must be one of ${kinds.join(", ")}; it is ${kind}.`;
  const rules: Rules = { kind: text, ...conditionsOf(kind), ...details[kind as keyof typeof details] };
  const stranger = Object.keys(values).find((key) => !Object.hasOwn(rules, key));
  if (stranger !== undefined)
    return `${where}.${stranger} is not a field of ${kind}; take one of ${Object.keys(rules).join(", ")}.`;
  const wrong = Object.entries(rules).find(([key, { fits }]) =>
    values[key] === undefined ? required.has(key) : !fits(values[key]),
  );
  return wrong
    ? `${where}.${wrong[0]} must be ${wrong[1].expected}; it is ${nameOf(values[wrong[0]])}.`
    : null;
};

const text: Rule = { expected: "a string", fits: (value) => typeof value === "string" };
const words: Rule = {
  expected: "a string that is not empty",
  fits: (value) => text.fits(value) && value !== "",
};
const errorName: Rule = {
  expected: "a name of letters, digits and ._- only",
  fits: (value) => typeof value === "string" && /^[\w.-]+$/.test(value),
};
const flag: Rule = { expected: "true or false", fits: (value) => typeof value === "boolean" };
const places: Rule = { ...listOf(whole(1)), expected: "a list of whole numbers from 1" };

const conditions: Rules = {
  operation: words,
  service_tier: words,
  at: places,
  includes: words,
  rate: number(0, 1),
  times: whole(1),
};

/** Neither the body nor the tier in it is there yet when `reset_before` is decided. */
const conditionsOf = (kind: string): Rules => {
  const { includes, service_tier, ...others } = conditions;
  return kind === "reset_before" ? others : conditions;
};

const details: Readonly<Record<Trouble["kind"] | "record_error" | "missing" | "repeated", Rules>> = {
  error: {
    status: whole(200, 599),
    type: errorName,
    message: text,
    retryAfter: number(0),
    billed: flag,
  },
  reset_before: {},
  reset_after: {},
  stall_headers: {},
  stall_body: {},
  torn_body: {},
  drip: { everyMs: number(0, 2 ** 31 - 1) },
  body: { body: text },
  stop: { reason: text, text },
  guardrail: {},
  stream_end: { after: whole(0) },
  stream_error: { type: errorName, message: text, after: whole(0) },
  record_error: { status: whole(100, 599), message: text, billed: flag },
  missing: {},
  repeated: {},
};
/** Those of a job's records alone. */
const ofRecords = ["record_error", "missing", "repeated"];
const kindsOfCalls = Object.keys(details).filter((kind) => !ofRecords.includes(kind));
const required = new Set(["kind", "status", "type", "message", "body", "reason"]);
