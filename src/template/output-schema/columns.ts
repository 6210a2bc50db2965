import { ConnectorError } from "../../core/errors.js";
import { search } from "../../core/jmespath.js";
import { isObject, type Json } from "../../core/json.js";
import type { Reply } from "../../core/reply.js";
import type { OutputColumns } from "../output-columns.js";
import { answerOf, type Fitting } from "./fitting-answer.js";
import { jsonIn } from "./json-in-text.js";
import type { ReadValue } from "./mend-json.js";
import type { OutputSchema } from "./output-schema.js";

/**
 * The columns of an output schema, and behind them those that a response format names. `answer` is the JMESPath of
 * answers that are not the text, in a list.
 */
export const typedOutput = (
  schema: OutputSchema,
  answer: string | undefined,
  named: OutputColumns | null,
): OutputColumns => ({
  names: [...schema.columns.map(({ name }) => name), ...(named?.names ?? [])],
  hold: "typed",
  read(reply, repaired) {
    const candidates = answersIn(reply, answer);
    const fitting = lastFitting(candidates, schema);
    if (!fitting) return mismatch(reply, candidates, schema);
    if (fitting.repaired) repaired?.();
    const typed = schema.columns.map(({ name }) => [
      name,
      Object.hasOwn(fitting.answer, name) ? fitting.answer[name] : null,
    ]);
    const others = named?.names.map((name) => [name, null]) ?? [];
    return { ...Object.fromEntries([...typed, ...others]), ...named?.read(reply) };
  },
});

/** The last one that fits. An empty object is an answer only where nothing else is. */
const lastFitting = (candidates: Iterable<ReadValue>, schema: OutputSchema): Fitting | null => {
  let empty: Fitting | null = null;
  for (const { value, repaired } of candidates) {
    const fitting = answerOf(value, schema);
    if (!fitting) continue;
    const found = { ...fitting, repaired: repaired || fitting.repaired };
    if (Object.keys(found.answer).length > 0) return found;
    empty ??= found;
  }
  return empty;
};

/** What may be the answer, likeliest first: what a tool was called with, then the text; of each the last one. */
const answersIn = (
  { body, text, rawText, guessedBy, truncated }: Reply,
  path: string | undefined,
): ReadValue[] => {
  const called = [path === undefined ? [] : (search(path, body) ?? [])].flat();
  // A tag that ended reasoning by a guess may stand inside of the answer.
  return [...called.reverse(), text, guessedBy === null ? null : rawText].flatMap((place): ReadValue[] => {
    if (isObject(place)) return [{ value: place as Json, repaired: false }];
    return typeof place === "string" ? [...jsonIn(place, truncated)] : [];
  });
};

/** A cut answer is named as such: asking for it again at the same limit would not help. */
const mismatch = (
  { truncated }: Reply,
  candidates: readonly ReadValue[],
  { faultsOf }: OutputSchema,
): ConnectorError => {
  if (truncated) return new ConnectorError("truncated");
  const last = candidates.find(({ value }) => isObject(value));
  const faults = last ? faultsOf(last.value) : [];
  if (!last) return new ConnectorError("schema_mismatch", "It holds no JSON object.");
  return new ConnectorError(
    "schema_mismatch",
    faults.length > 0 ? `At ${faults.join("; ")}.` : "It holds the schema and no answer.",
  );
};
