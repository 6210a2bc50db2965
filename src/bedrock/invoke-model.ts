import { type BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
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
import { createRefreshingClient } from "./refreshing-client.js";
import { readHeaders } from "./response-headers.js";
import type { AnswerWithHeaders } from "./reuse-request-form.js";
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
    const clock = client.config.systemClockOffset;
    const result = await call(client, connection, read, request);
    if (!isFailed(result) || !isOfIdentity(result.error)) return result;
    // What was refused for its time or its credentials came before any work, so with others it goes again.
    if (Math.abs(client.config.systemClockOffset - clock) > clockToleranceMs)
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
  client: BedrockRuntimeClient,
  connection: Connection,
  read: Read,
  request: InvokeRequest,
): Promise<Invocation | FailedInvocation> => {
  const { modelId, onEvent, plainWords, serviceTier = connection.serviceTier } = request;
  // A prompt of the account's prompt management takes its variables, and what else is not known.
  const isNamed = connection.requestMetadata === "call" && !namesPrompt(modelId);
  const isConverse = connection.api === "converse";
  const chosen = request.cached ?? request.body;
  const body = isConverse && request.serviceTier ? withTier(chosen, request.serviceTier) : chosen;
  const input = {
    modelId,
    body: isNamed && isConverse ? withCallKey(body, request) : body,
    contentType: "application/json",
    accept: "application/json",
    ...(isNamed && !isConverse && { requestMetadata: callMetadata(request) }),
    ...headerSettings({ ...connection, serviceTier }),
  };
  const stream = onEvent && watchStream(familyOf(connection.api, ...connection.candidateModelIds), onEvent);
  const startedAt = performance.now();
  try {
    // Without options, since any would turn the cached middleware off.
    const { body: bytes, headers } = await (stream
      ? sendStreamed(client, input, stream.take)
      : (client.send(new InvokeModelCommand(input)) as Promise<AnswerWithHeaders>));
    // The SDK gives no body at all for an empty one, whatever its type says.
    const answer = bytes ? utf8.decode(bytes) : "";
    const refusal = errorInSuccess(headers, answer);
    if (refusal) throw refusal;
    const { counts, latencyMs, requestId } = readHeaders(headers);
    const whole: RawAnswer = {
      body: answer,
      counts,
      latencyMs: latencyMs ?? Math.round(performance.now() - startedAt),
      requestId,
      attempts: 1,
    };
    return read(request, stream?.answer(whole, headers) ?? whole);
  } catch (thrown) {
    const censor = (words: string): string =>
      withoutRows(words, { own: ownWords(connection, plainWords), body });
    const error = callFailure(thrown, censor);
    return { error: stream?.failure(error) ?? error, attempts: 1 };
  }
};

/** A body of Converse with the tier of one call, which says none itself. */
const withTier = (body: string, type: string): string =>
  body.length > 2 && !body.includes('"serviceTier"')
    ? `${body.slice(0, -1)},"serviceTier":{"type":"${type}"}}`
    : body;

/** Settings that InvokeModel takes as headers; Converse has them in its body. */
const headerSettings = ({ api, guardrail, serviceTier }: Connection) =>
  api === "invoke_model" && {
    // Only the trace tells an answer that was masked from one that was blocked.
    ...(guardrail && {
      guardrailIdentifier: guardrail.identifier,
      guardrailVersion: guardrail.version,
      trace: "ENABLED" as const,
    }),
    ...(serviceTier && { serviceTier }),
  };
