import type { InvokeModelCommandInput } from "@aws-sdk/client-bedrock-runtime";
import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import {
  afterEarlier,
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  isFailed,
  type RawAnswer,
  type Read,
  unsent,
} from "../core/invoke.js";
import { familyOf, namesPrompt } from "../models/find-family.js";
import { callFailure } from "./call-failure.js";
import { callMetadata, withCallKey } from "./call-key.js";
import type { RuntimeClient } from "./client.js";
import { createRefreshingClient } from "./refreshing-client.js";
import { readHeaders } from "./response-headers.js";
import { ownWords, withoutRows } from "./sayable.js";
import { sendStreamed } from "./send-streamed.js";
import { errorInSuccess } from "./service-error.js";
import { watchStream } from "./watch-stream.js";

/** The paid call itself: one HTTP request, one deadline, no retry. `read` reads its answer. */
export const createInvoke = (connection: Connection, read: Read): Invoke => {
  const clients = createRefreshingClient(connection);
  return async (request) => {
    const client = await clients.client();
    if (client instanceof ConnectorError) return unsent(client);
    const { config } = client.sdk;
    const clock = config.systemClockOffset;
    const result = await call(client, connection, read, request);
    if (!isFailed(result) || !isOfIdentity(result.error)) return result;
    // What was refused for its time or its credentials came before any work, so with others it goes again.
    if (Math.abs(config.systemClockOffset - clock) > clockToleranceMs)
      return afterEarlier([result], await call(client, connection, read, request));
    if (result.error.code !== "credentials_expired") return result;
    const renewed = await clients.renew(client);
    if (renewed === null || renewed instanceof ConnectorError) return result;
    return afterEarlier([result], await call(renewed, connection, read, request));
  };
};

const utf8 = new TextDecoder();

/** Whether a call was refused before any work for who sent it or when, so that it is sent once more as the same call. */
export const isOfIdentity = ({ code }: ConnectorError): boolean =>
  code === "clock_differs" || code === "credentials_expired" || code === "credentials_rejected";

/** A clock that is off by more is why a signature was refused; AWS allows five minutes. */
const clockToleranceMs = 4 * 60_000;

const call = async (
  { sdk, send }: RuntimeClient,
  connection: Connection,
  read: Read,
  request: InvokeRequest,
): Promise<Invocation | FailedInvocation> => {
  const { onEvent } = request;
  const input = inputOf(connection, request);
  const stream = onEvent && watchStream(familyOf(connection.api, ...connection.candidateModelIds), onEvent);
  const startedAt = performance.now();
  try {
    const answer = await (stream ? sendStreamed(sdk, input, stream.take) : send(input));
    const whole = readRaw(answer, startedAt);
    return read(request, stream?.answer(whole, answer.headers) ?? whole);
  } catch (thrown) {
    const own = ownWords(connection, request.plainWords);
    const error = callFailure(thrown, (words) => withoutRows(words, { own, body: request.body }));
    return { error: stream?.failure(error) ?? error, attempts: 1 };
  }
};

/** A call as the SDK takes it. */
const inputOf = (connection: Connection, request: InvokeRequest): InvokeModelCommandInput => {
  const { modelId, serviceTier = connection.serviceTier } = request;
  // A prompt of the account's prompt management takes its variables, and what else is not known.
  const isNamed = connection.requestMetadata === "call" && !namesPrompt(modelId);
  const isConverse = connection.api === "converse";
  const chosen = request.cached ?? request.body;
  const body = isConverse && request.serviceTier ? withTier(chosen, request.serviceTier) : chosen;
  return {
    modelId,
    body: isNamed && isConverse ? withCallKey(body, request) : body,
    contentType: "application/json",
    accept: "application/json",
    ...(isNamed && !isConverse && { requestMetadata: callMetadata(request) }),
    ...headerSettings(connection, serviceTier),
  };
};

/** An answer as it came. @throws ServiceError for one that is an error */
const readRaw = (
  { body, headers }: Awaited<ReturnType<RuntimeClient["send"]>>,
  startedAt: number,
): RawAnswer => {
  // The SDK gives no body at all for an empty one, whatever its type says.
  const text = body ? utf8.decode(body) : "";
  const refusal = errorInSuccess(headers, text);
  if (refusal) throw refusal;
  const { counts, latencyMs, requestId } = readHeaders(headers);
  return {
    body: text,
    counts,
    latencyMs: latencyMs ?? Math.round(performance.now() - startedAt),
    requestId,
    attempts: 1,
  };
};

/** A body of Converse with the tier of one call, which says none itself. */
const withTier = (body: string, type: string): string =>
  body.length > 2 && !body.includes('"serviceTier"')
    ? `${body.slice(0, -1)},"serviceTier":{"type":"${type}"}}`
    : body;

/** Settings that InvokeModel takes as headers; Converse has them in its body. */
const headerSettings = ({ api, guardrail }: Connection, serviceTier: Connection["serviceTier"]) =>
  api === "invoke_model" && {
    // Only the trace tells an answer that was masked from one that was blocked.
    ...(guardrail && {
      guardrailIdentifier: guardrail.identifier,
      guardrailVersion: guardrail.version,
      trace: "ENABLED" as const,
    }),
    ...(serviceTier && { serviceTier }),
  };
