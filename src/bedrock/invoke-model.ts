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
  type Read,
  unsent,
} from "../core/invoke.js";
import { callFailure } from "./call-failure.js";
import { secretsOf, usesApiKey } from "./client.js";
import { createRefreshingClient } from "./refreshing-client.js";
import { readHeaders } from "./response-headers.js";
import type { AnswerWithHeaders } from "./reuse-request-form.js";

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
  const { modelId, body } = request;
  const command = new InvokeModelCommand({
    modelId,
    body,
    contentType: "application/json",
    accept: "application/json",
    ...headerSettings(connection),
  });
  const startedAt = performance.now();
  try {
    // Without options, since any would turn the cached middleware off.
    const { body: answer, headers } = (await client.send(command)) as AnswerWithHeaders;
    const { counts, latencyMs, requestId } = readHeaders(headers);
    return read(request, {
      // The SDK gives no body at all for an empty one, whatever its type says.
      body: answer ? Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString() : "",
      counts,
      latencyMs: latencyMs ?? Math.round(performance.now() - startedAt),
      requestId,
      attempts: 1,
    });
  } catch (thrown) {
    const confidential = {
      body,
      secrets: [...secretsOf(connection), ...(await borrowedSecrets(client, connection))],
    };
    return { error: callFailure(thrown, confidential), attempts: 1 };
  }
};

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

/** The secrets of a role or of the credential chain, which the SDK has at hand. */
export const borrowedSecrets = async (
  client: BedrockRuntimeClient,
  connection: Connection,
): Promise<string[]> => {
  if (usesApiKey(connection) || (connection.auth.kind === "keys" && !connection.role)) return [];
  const { secretAccessKey, sessionToken } = await client.config.credentials().catch(() => ({}) as never);
  return [secretAccessKey, sessionToken].filter((secret) => secret !== undefined);
};
