import { isObject, type Json } from "../../core/json.js";

/** What a guardrail did, and the units that it worked on, by the service's names. */
interface Guarded {
  readonly verdict: "masked" | "blocked" | null;
  readonly units: Readonly<Record<string, number>>;
}

/**
 * Reads what InvokeModel or Converse say of a guardrail. Its trace tells masking from blocking; where it intervened and
 * nothing tells, it is taken to have blocked, since then the text is not the model's.
 */
export const readGuardrail = (body: Json, stopReason: string | null): Guarded => {
  if (!isObject(body)) return nothing;
  const intervened =
    body["amazon-bedrock-guardrailAction"] === "INTERVENED" || stopReason === "guardrail_intervened";
  const trace = isObject(body.trace) ? body.trace.guardrail : undefined;
  const traces = [body["amazon-bedrock-trace"], trace].filter((node) => node !== undefined);
  if (!intervened && traces.length === 0) return nothing;
  const { actions, units } = assess(traces);
  return { verdict: verdictOf(intervened, actions), units };
};

const nothing: Guarded = { verdict: null, units: {} };

const verdictOf = (intervened: boolean, actions: ReadonlySet<string>): Guarded["verdict"] => {
  const masked = actions.has("ANONYMIZED");
  // Any other action stops the text, as far as is known.
  const blocked = [...actions].some((action) => action !== "ANONYMIZED");
  if (blocked) return "blocked";
  if (masked) return "masked";
  return intervened ? "blocked" : null;
};

/** The actions and units of every assessment in a trace, wherever they stand in it. */
const assess = (traces: readonly unknown[]) => {
  const actions = new Set<string>();
  const units: Record<string, number> = {};
  // With a list of its own in place of recursion, which a deep value would exhaust.
  const rest: unknown[] = [...traces];
  while (rest.length > 0) {
    const node = rest.pop();
    if (Array.isArray(node)) for (const part of node) rest.push(part);
    if (!isObject(node)) continue;
    for (const [key, value] of Object.entries(node)) {
      if (key === "action" && typeof value === "string" && !overall.has(value.toUpperCase()))
        actions.add(value.toUpperCase());
      else if (key === "usage" && isObject(value)) addUnits(units, value);
      else rest.push(value);
    }
  }
  return { actions, units };
};

/** Words of an assessment that did nothing, and of the whole. */
const overall = new Set(["NONE", "INTERVENED", "GUARDRAIL_INTERVENED"]);

const addUnits = (units: Record<string, number>, usage: Record<string, unknown>): void => {
  for (const [name, count] of Object.entries(usage))
    if (typeof count === "number" && count > 0 && /^[a-zA-Z]{1,64}$/.test(name))
      units[name] = (Object.hasOwn(units, name) ? (units[name] ?? 0) : 0) + count;
};
