import { keepDigits } from "../core/digits.js";
import { ConnectorError } from "../core/errors.js";
import type { Invocation } from "../core/invoke.js";
import type { Json } from "../core/json.js";
import { type Ending, emptyReply, type Reply } from "../core/reply.js";
import type { Plan } from "./plan.js";

/** What a row gets of an answer. */
export interface Columns {
  readonly values: Readonly<Record<string, Json>>;
  readonly repaired: boolean;
  /** True where there is no answer, and `on_empty` kept that. */
  readonly keptEmpty: boolean;
  readonly remarks: readonly string[];
}

/** The output columns of an answer, or why it has none. What it says of itself is read before its content. */
export const readColumns = ({ reply, body }: Invocation, plan: Plan): Columns | ConnectorError => {
  if (reply instanceof ConnectorError) return reply;
  const early = endedBadly(reply, plan);
  if (early) return early;
  let repaired = false;
  const read = plan.columns.read(reply, () => {
    repaired = true;
  });
  const failed = noAnswer(reply, plan, read);
  // That it was cut off is why there is none.
  if (failed) return reply.truncated ? new ConnectorError("truncated") : failed;
  const given = read === null || read instanceof ConnectorError ? emptyText(plan) : read;
  // A vector's numbers are JavaScript's own to begin with, and there are a thousand of them.
  const { values, lost } = plan.family?.vector ? { values: given, lost: [] } : keepDigits(given, body);
  return {
    values,
    repaired,
    keptEmpty:
      isEmpty(reply.ending) && Object.values(values).every((value) => value === null || value === ""),
    remarks: [...remarksOn(reply, plan), ...lost.map(digitsRemark)],
  };
};

/** What an answer says of itself that leaves nothing to be read. */
const endedBadly = (reply: Reply, { connection }: Plan): ConnectorError | null => {
  const { ending, truncated } = reply;
  if (truncated && connection.onTruncated === "fail") return new ConnectorError("truncated");
  return ending !== null && final.has(ending) ? errorOf(ending, reply) : null;
};

/** Endings after which nothing of the answer is read. */
const final: ReadonlySet<Ending> = new Set([
  "refused",
  "content_filtered",
  "guardrail_intervened",
  "malformed_answer",
]);

/** Why a row has no columns, where what was asked for is not in the answer. */
const noAnswer = (
  reply: Reply,
  plan: Plan,
  read: Record<string, Json> | ConnectorError | null,
): ConnectorError | null => {
  const { ending } = reply;
  const { hold } = plan.columns;
  const found = read !== null && !(read instanceof ConnectorError);
  // What fits the schema is the answer, wherever it stood.
  if (hold === "typed" && found) return null;
  if (hold === "named" && found && ending === "empty_answer" && saysMore(read, plan)) return null;
  if (isEmpty(ending)) {
    if (plan.connection.onEmpty === "fail") return errorOf(ending as Ending, reply);
    return read instanceof ConnectorError ? read : null;
  }
  // Who names columns may read a tool's call, or a kind of block that is not known here.
  if (ending !== null && (hold === "text" || !found))
    return typedMisfit(read, plan) ?? errorOf(ending, reply);
  if (read instanceof ConnectorError) return read;
  return found ? null : new ConnectorError("unreadable_response", unreadable(plan));
};

/** A call of the tool that was asked for, whose arguments do not fit, is that and no other call. */
const typedMisfit = (read: unknown, { schemaRequest }: Plan): ConnectorError | null =>
  read instanceof ConnectorError && schemaRequest?.answer !== undefined ? read : null;

/**
 * Whether columns found words in places that the family's usual answer does not have, such as a search query. What it
 * does have, such as ids, is there without any answer too.
 */
const saysMore = (read: Record<string, Json>, { columns, family }: Plan): boolean => {
  const usual = columns.read({ ...emptyReply, body: (family?.reply ?? null) as Json });
  const isUsual = (name: string): boolean =>
    usual !== null && !(usual instanceof ConnectorError) && usual[name] !== null;
  return Object.entries(read).some(([name, value]) => !isUsual(name) && hasWords(value));
};

const hasWords = (value: Json): boolean =>
  typeof value === "string" ? value.trim() !== "" : typeof value === "object" && value !== null;

const isEmpty = (ending: Ending | null): boolean => ending === "empty_answer" || ending === "only_reasoning";

const errorOf = (ending: Ending, { stopReason, unread, guardrail }: Reply): ConnectorError => {
  if (ending === "unreadable_response")
    return new ConnectorError(ending, `It holds only what is not read here: ${unread.join(", ")}.`);
  const says = ending === "malformed_answer" || ending === "empty_answer";
  return new ConnectorError(
    ending,
    says && guardrail === null && stopReason ? `It ended with ${stopReason}.` : undefined,
  );
};

const remarksOn = ({ unread, callsTool, guessedBy }: Reply, { columns }: Plan): string[] => {
  const rest = [...unread, ...(callsTool && columns.hold === "text" ? ["a tool's call"] : [])];
  return [
    ...(rest.length > 0 ? [`The answer holds more that was not read: ${rest.join(", ")}.`] : []),
    ...(guessedBy === null ? [] : [`What stood in front of ${guessedBy} was taken for reasoning.`]),
  ];
};

const digitsRemark = (column: string): string =>
  `${column} lost digits: the model wrote a number with more than a JSON number keeps.`;

const emptyText = ({ columns }: Plan): Record<string, Json> =>
  Object.fromEntries(columns.names.map((name) => [name, columns.hold === "text" ? "" : null]));

const unreadable = ({ family, columns, connection }: Plan): string => {
  if (connection.responseFormat?.includes("{{"))
    return `It has none of the columns that response_format reads: ${columns.names.join(", ")}.`;
  return family
    ? `It has no ${family.vector ? "vector" : "text"} where the family ${family.name} keeps it.`
    : "No family is known that says where its text stands.";
};

/** The output columns of a row that has no answer. */
export const emptyColumns = ({ columns }: Plan): Record<string, Json> =>
  Object.fromEntries(columns.names.map((name) => [name, null]));
