import { type BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import type { Connection } from "../connection.js";
import type { ConnectorError } from "../errors.js";
import type { FailedInvocation, Invocation, Invoke, InvokeRequest } from "../invoke.js";
import { createClient } from "./client.js";
import { toConnectorError } from "./failure.js";

/** The paid call itself: one HTTP request, one deadline, no retry. */
export const createInvoke = (connection: Connection): Invoke => {
  const client = createClient(connection);
  return (request) => call(client, connection, request);
};

/** Finds out, without a call to Bedrock, whether there are credentials at all. */
export const resolveCredentials = async (connection: Connection): Promise<ConnectorError | null> => {
  const client = createClient(connection);
  try {
    if (connection.auth.kind !== "api_key" && !process.env.AWS_BEARER_TOKEN_BEDROCK)
      await client.config.credentials();
    return null;
  } catch (thrown) {
    return toConnectorError(thrown, "", false);
  } finally {
    client.destroy();
  }
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
    return {
      body: output.body.transformToString(),
      inputTokens: headers.number("x-amzn-bedrock-input-token-count"),
      outputTokens: headers.number("x-amzn-bedrock-output-token-count"),
      latencyMs:
        headers.number("x-amzn-bedrock-invocation-latency") ?? Math.round(performance.now() - startedAt),
      requestId: output.$metadata.requestId ?? null,
      attempts: 1,
    };
  } catch (thrown) {
    return { error: toConnectorError(thrown, body, deadline.aborted), attempts: 1 };
  }
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
