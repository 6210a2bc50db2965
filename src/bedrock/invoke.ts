import { type BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../errors.js";
import {
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  isFailed,
} from "../invoke.js";
import { secretsOf, usesApiKey } from "./client.js";
import { callFailure } from "./failure.js";
import { createIdentity } from "./identity.js";

/** The paid call itself: one HTTP request, one deadline, no retry. */
export const createInvoke = (connection: Connection): Invoke => {
  const identity = createIdentity(connection);
  return async (request) => {
    const client = await identity.client();
    if (client instanceof ConnectorError) return { error: client, attempts: 0 };
    const result = await call(client, connection, request);
    if (!isFailed(result) || result.error.code !== "credentials_expired") return result;
    // What expired was refused before any work, so with new credentials the row goes again.
    const renewed = await identity.renew(client);
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
    ...(connection.guardrail && {
      guardrailIdentifier: connection.guardrail.identifier,
      guardrailVersion: connection.guardrail.version,
    }),
    ...(connection.serviceTier && { serviceTier: connection.serviceTier }),
  });
  const headers = readHeaders(command);
  const deadline = AbortSignal.timeout(connection.requestTimeoutMs);
  const startedAt = performance.now();
  try {
    const output = await client.send(command, { abortSignal: deadline });
    const cacheRead = headers.number("x-amzn-bedrock-cache-read-input-token-count");
    const cacheWrite = headers.number("x-amzn-bedrock-cache-write-input-token-count");
    return {
      // The SDK gives no body at all for an empty one, whatever its type says.
      body: (output.body as typeof output.body | undefined)?.transformToString() ?? "",
      inputTokens: headers.number("x-amzn-bedrock-input-token-count"),
      outputTokens: headers.number("x-amzn-bedrock-output-token-count"),
      ...(cacheRead !== null && { cacheReadTokens: cacheRead }),
      ...(cacheWrite !== null && { cacheWriteTokens: cacheWrite }),
      latencyMs:
        headers.number("x-amzn-bedrock-invocation-latency") ?? Math.round(performance.now() - startedAt),
      requestId: output.$metadata.requestId ?? null,
      attempts: 1,
    };
  } catch (thrown) {
    const confidential = {
      body,
      secrets: [...secretsOf(connection), ...(await borrowedSecrets(client, connection))],
    };
    return { error: callFailure(thrown, confidential, deadline.aborted), attempts: 1 };
  }
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

/** The SDK hides the response's headers; the token counts stand nowhere else for some families. */
const readHeaders = (command: InvokeModelCommand): { number(name: string): number | null } => {
  let headers: Readonly<Record<string, string>> = {};
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      headers = (result.response as { headers?: Record<string, string> } | undefined)?.headers ?? {};
      return result;
    },
    { step: "deserialize", priority: "high", name: "bedrockHeaders" },
  );
  return {
    number(name) {
      const text = headers[name];
      return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
    },
  };
};
