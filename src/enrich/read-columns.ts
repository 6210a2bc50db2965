import { ConnectorError } from "../core/errors.js";
import type { Json } from "../core/json.js";
import type { Reply } from "../core/reply.js";
import type { Plan } from "./plan.js";

/** The output columns of a reply, or why it has none. What it says of itself is read before its content. */
export const readColumns = (
  reply: Reply | ConnectorError,
  plan: Plan,
): Record<string, Json> | ConnectorError =>
  reply instanceof ConnectorError
    ? reply
    : (endedBadly(reply, plan) ??
      plan.columns.read(reply) ??
      new ConnectorError("unreadable_response", unreadable(plan)));

const endedBadly = ({ ending, truncated }: Reply, { connection }: Plan): ConnectorError | null => {
  if (ending) return new ConnectorError(ending);
  return truncated && connection.onTruncated === "fail" ? new ConnectorError("truncated") : null;
};

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
