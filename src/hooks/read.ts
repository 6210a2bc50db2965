import { ConnectorError } from "../core/errors.js";
import { isFailed } from "../core/invoke.js";
import { isObject, type Json, type JsonObject, tryParseJson } from "../core/json.js";
import { toRequest } from "../enrich/request.js";
import type { Session } from "../enrich/session.js";

/**
 * Sends one finished body, as JSON text or an object, and returns the model's whole response as it came. `onEvent` gets
 * the service's events where the settings ask for them.
 */
export const readPayload = async (
  payload: unknown,
  session: Session,
  onEvent: (event: Json) => void,
): Promise<Json | ConnectorError> => {
  const body = tryParseJson(typeof payload === "string" ? payload : textOf(payload));
  if (!isObject(body)) return new ConnectorError("invalid_body", "model.query must be one JSON object.");
  const request = toRequest(body as JsonObject, session.plan);
  if (request instanceof ConnectorError) return request;
  const { isStream } = session.plan.connection;
  const result = await session
    .run()
    .invoke({ ...request, ...(isStream && { onEvent }) }, new AbortController().signal);
  if (isFailed(result)) return result.error;
  // A response that is no object is handed on as it came.
  return result.reply instanceof ConnectorError
    ? (tryParseJson(result.body) ?? new ConnectorError("unreadable_response", "It is not JSON."))
    : result.reply.body;
};

/** What a host's own object is as JSON; none where it does not let itself be read. */
const textOf = (payload: unknown): string => {
  try {
    return JSON.stringify(payload) ?? "";
  } catch {
    return "";
  }
};
