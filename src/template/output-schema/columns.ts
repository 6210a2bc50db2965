import { ConnectorError } from "../../core/errors.js";
import { search } from "../../core/jmespath.js";
import { isObject, type JsonObject } from "../../core/json.js";
import type { Reply } from "../../core/reply.js";
import type { OutputColumns } from "../output-columns.js";
import { objectsIn } from "./find-json.js";
import type { OutputSchema } from "./output-schema.js";

/**
 * The columns of an output schema, and behind them those that a response format names. `answer` is the JMESPath of
 * an answer that is not the text.
 */
export const typedOutput = (
  { columns, faultsOf }: OutputSchema,
  answer: string | undefined,
  named: OutputColumns | null,
): OutputColumns => ({
  names: [...columns.map(({ name }) => name), ...(named?.names ?? [])],
  read(reply) {
    const answers = answersIn(reply, answer);
    const fitting = answers.find((candidate) => faultsOf(candidate).length === 0);
    if (!fitting) return mismatch(reply, answers[0] && faultsOf(answers[0]));
    const typed = columns.map(({ name }) => [name, Object.hasOwn(fitting, name) ? fitting[name] : null]);
    const others = named?.names.map((name) => [name, null]) ?? [];
    return { ...Object.fromEntries([...typed, ...others]), ...named?.read(reply) };
  },
});

/** What may be the answer, likeliest first. */
const answersIn = ({ body, text }: Reply, path: string | undefined): JsonObject[] => {
  const value = path === undefined ? null : search(path, body);
  return [value, text].flatMap((place) => {
    if (isObject(place)) return [place as JsonObject];
    return typeof place === "string" ? objectsIn(place) : [];
  });
};

/** A cut answer is named as such: asking for it again at the same limit would not help. */
const mismatch = ({ truncated }: Reply, faults: readonly string[] | undefined): ConnectorError =>
  truncated
    ? new ConnectorError("truncated")
    : new ConnectorError("schema_mismatch", faults ? `At ${faults.join("; ")}.` : "It holds no JSON object.");
