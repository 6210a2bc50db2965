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
import { familyOf } from "../models/find-family.js";
import { callFailure } from "./call-failure.js";
import { secretsOf, usesApiKey } from "./client.js";
import { createRefreshingClient } from "./refreshing-client.js";
import { readHeaders } from "./response-headers.js";
import type { AnswerWithHeaders } from "./reuse-request-form.js";
import { sendStreamed } from "./send-streamed.js";
import { watchStream } from "./watch-stream.js";

/** The paid call itself: one HTTP request, one deadline, no retry. `read` reads its answer. */
export const createInvoke = (connection: Connection, read: Read): Invoke => {
  const clients = createRefreshingClient(connection);
  return async (request) => {
    const client = await clients.client();
    if (client instanceof ConnectorError) return unsent(client);
    const result = await call(client, connection, read, request);
    if (!isFailed(result) || result.error.code !== "credentials_expired") return result;
    // What expired was refused before any work, so with new credentials the row goes again.
    const renewed = await clients.renew(client);
    if (renewed === null || renewed instanceof ConnectorError) return result;
    return afterEarlier([result], await call(renewed, connection, read, request));
  };
};

const call = async (
  client: BedrockRuntimeClient,
  connection: Connection,
  read: Read,
  request: InvokeRequest,
): Promise<Invocation | FailedInvocation> => {
  const { modelId, body, onEvent } = request;
  const input = {
    modelId,
    body,
    contentType: "application/json",
    accept: "application/json",
    ...headerSettings(connection),
  };
  const stream = onEvent && watchStream(familyOf(connection.api, ...connection.candidateModelIds), onEvent);
  const startedAt = performance.now();
  try {
    // Without options, since any would turn the cached middleware off.
    const { body: answer, headers } = await (stream
      ? sendStreamed(client, input, stream.take)
      : (client.send(new InvokeModelCommand(input)) as Promise<AnswerWithHeaders>));
    const { counts, latencyMs, requestId } = readHeaders(headers);
    const whole: RawAnswer = {
      // The SDK gives no body at all for an empty one, whatever its type says.
      body: answer ? Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString() : "",
      counts,
      latencyMs: latencyMs ?? Math.round(performance.now() - startedAt),
      requestId,
      attempts: 1,
    };
    return read(request, stream?.answer(whole, headers) ?? whole);
  } catch (thrown) {
    const confidential = {
      body,
      secrets: [...secretsOf(connection), ...(await borrowedSecrets(client, connection))],
    };
    const error = callFailure(thrown, confidential);
    return { error: stream?.failure(error) ?? error, attempts: 1 };
  }
};

/** Settings that InvokeModel takes as headers; Converse has them in its body. */
const headerSettings = ({ api, guardrail, serviceTier }: Connection) =>
  api === "invoke_model" && {
    ...(guardrail && { guardrailIdentifier: guardrail.identifier, guardrailVersion: guardrail.version }),
    ...(serviceTier && { serviceTier }),
  };

/** The secrets of a role or of the credential chain, which the SDK has at hand. */
export const borrowedSecrets = async (
  client: BedrockRuntimeClient,
  connection: Connection,
): Promise<string[]> => {
  if (usesApiKey(connection) || (connection.auth.kind === "keys" && !connection.role)) return [];
  const { secretAccessKey, sessionToken } = await client.config.credentials().catch(() => ({}) as never);
  return [secretAccessKey, sessionToken].filter((secret) => secret !== undefined);
};
