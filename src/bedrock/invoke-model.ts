import { type BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import {
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  isFailed,
} from "../core/invoke.js";
import { secretsOf, usesApiKey } from "./client.js";
import { callFailure } from "./failure.js";
import { createRefreshingClient } from "./refreshing-client.js";
import type { AnswerWithHeaders } from "./reuse-request-form.js";

/** The paid call itself: one HTTP request, one deadline, no retry. */
export const createInvoke = (connection: Connection): Invoke => {
  const clients = createRefreshingClient(connection);
  return async (request) => {
    const client = await clients.client();
    if (client instanceof ConnectorError) return { error: client, attempts: 0 };
    const result = await call(client, connection, request);
    if (!isFailed(result) || result.error.code !== "credentials_expired") return result;
    // What expired was refused before any work, so with new credentials the row goes again.
    const renewed = await clients.renew(client);
    if (renewed === null || renewed instanceof ConnectorError) return result;
    const again = await call(renewed, connection, request);
    return { ...again, attempts: 2 };
  };
};

const call = async (
  client: BedrockRuntimeClient,
  connection: Connection,
  { modelId, body }: InvokeRequest,
): Promise<Invocation | FailedInvocation> => {
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
    const cacheRead = numberIn(headers["x-amzn-bedrock-cache-read-input-token-count"]);
    const cacheWrite = numberIn(headers["x-amzn-bedrock-cache-write-input-token-count"]);
    return {
      // The SDK gives no body at all for an empty one, whatever its type says.
      body: answer ? Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString() : "",
      inputTokens: numberIn(headers["x-amzn-bedrock-input-token-count"]),
      outputTokens: numberIn(headers["x-amzn-bedrock-output-token-count"]),
      ...(cacheRead !== null && { cacheReadTokens: cacheRead }),
      ...(cacheWrite !== null && { cacheWriteTokens: cacheWrite }),
      latencyMs:
        numberIn(headers["x-amzn-bedrock-invocation-latency"]) ?? Math.round(performance.now() - startedAt),
      requestId: headers["x-amzn-requestid"] ?? null,
      attempts: 1,
    };
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

/** The whole number that a header holds. */
const numberIn = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
