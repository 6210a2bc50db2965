import { ConnectorError } from "../core/errors.js";
import { type FailedInvocation, type Invocation, type InvokeRequest, isFailed } from "../core/invoke.js";
import { isObject, type Json, type JsonObject, tryParseJson } from "../core/json.js";
import { toRequest } from "../enrich/request.js";
import type { Session } from "../enrich/session.js";
import type { ConnectionConfig } from "../generated/connection.js";
import { resolveFamily } from "../models/find-family.js";
import { factsOf } from "../models/model-facts.js";
import { isChat } from "./chat/is-chat.js";
import { toCompletion } from "./chat/to-completion.js";
import { toConverse } from "./chat/to-converse.js";

/**
 * Sends one finished body, as JSON text or an object, and returns the model's whole response as it came. A payload of a
 * chat goes through Converse, whatever the model, and has a chat completion beside the response. `onEvent` gets the
 * service's events where the settings ask for them.
 */
export const readPayload = async (
  payload: unknown,
  open: OpenSession,
  onEvent: InvokeRequest["onEvent"],
): Promise<Json | ConnectorError> => {
  const session = await open(null);
  if (session instanceof ConnectorError) return session;
  const body = tryParseJson(typeof payload === "string" ? payload : textOf(payload));
  if (!isObject(body)) return new ConnectorError("invalid_body", "model.query must be one JSON object.");
  const { family, connection } = session.plan;
  if (!isChat(body as JsonObject, family, connection.candidateModelIds)) {
    const answer = await send(body as JsonObject, session, onEvent);
    return answer instanceof ConnectorError ? answer : bodyOf(answer);
  }
  const converse = connection.api === "converse" ? session : await open({ api: "converse" });
  if (converse instanceof ConnectorError) return converse;
  const { candidateModelIds, modelId: model } = connection;
  const takesSystem = !factsOf(...candidateModelIds)?.traits?.includes("no_system");
  const singleInChoice = resolveFamily(...candidateModelIds)?.singleInChoice === true;
  const translated = toConverse(body as JsonObject, { takesSystem, singleInChoice });
  if (translated instanceof ConnectorError) return translated;
  const answer = await send(translated.request, converse, onEvent);
  if (answer instanceof ConnectorError) return answer;
  const { reply } = answer;
  if (reply instanceof ConnectorError || !isObject(reply.body)) return bodyOf(answer);
  return toCompletion(reply.body as JsonObject, reply, answer, { model, leftOut: translated.leftOut });
};

/** Opens the source's session, with these settings in place of its own. */
type OpenSession = (changes: Partial<ConnectionConfig> | null) => Promise<Session | ConnectorError>;

const send = async (
  body: JsonObject,
  session: Session,
  onEvent: InvokeRequest["onEvent"],
): Promise<Invocation | ConnectorError> => {
  const { plan } = session;
  const request = toRequest(body, plan);
  if (request instanceof ConnectorError) return request;
  const { invoke } = session.run();
  const { signal } = new AbortController();
  const sent = { ...request, plainWords: keysOf(request.body) };
  // A vector comes whole.
  const isStreamed = onEvent && plan.connection.isStream && !plan.family?.vector;
  const first = await invoke({ ...sent, ...(isStreamed && { onEvent }) }, signal);
  const result = isStreamed && isUnstreamable(first) ? await invoke(sent, signal) : first;
  return isFailed(result) ? result.error : result;
};

/** The keys of a finished body are its author's, and no values. */
const keysOf = (body: string): string[] =>
  [...body.matchAll(/"(\w{1,40})":/g)].flatMap(([, key]) => key ?? []);

/** Refused as a stream alone: some models do not stream, or not with tools. Nothing was billed for it. */
const isUnstreamable = (result: Invocation | FailedInvocation): boolean =>
  isFailed(result) &&
  result.error.code === "invalid_request" &&
  result.error.billed === "no" &&
  /\bstream/i.test(result.error.detail ?? "");

/** A response that is no object is handed on as it came. */
const bodyOf = ({ reply, body }: Invocation): Json | ConnectorError =>
  reply instanceof ConnectorError
    ? (tryParseJson(body) ?? new ConnectorError("unreadable_response", "It is not JSON."))
    : reply.body;

/** What a host's own object is as JSON; none where it does not let itself be read. */
const textOf = (payload: unknown): string => {
  try {
    return JSON.stringify(payload) ?? "";
  } catch {
    return "";
  }
};
