import { BedrockRuntimeClient, ListAsyncInvokesCommand } from "@aws-sdk/client-bedrock-runtime";
import type { Connection } from "../connection/connection.js";
import type { ConnectorError, ErrorCode } from "../core/errors.js";
import { callFailure } from "./call-failure.js";
import { signing } from "./client.js";
import { throwServiceErrors } from "./service-error.js";
import { createTransport } from "./transport.js";

/**
 * Why no call gets to where models are called; `null` where one does, whatever is answered, and where that is not
 * certain. It asks what costs nothing.
 */
export const reachRuntime = async (
  connection: Connection,
  limits: { readonly deadlineMs: number; readonly connectMs: number; readonly abortSignal: AbortSignal },
): Promise<ConnectorError | null> => {
  const { region, endpoint } = connection;
  const client = new BedrockRuntimeClient({
    region,
    ...(endpoint && { endpoint }),
    maxAttempts: 1,
    requestHandler: createTransport(1, limits.deadlineMs, limits.connectMs),
    ...signing(connection),
  });
  throwServiceErrors(client.middlewareStack);
  try {
    await client.send(new ListAsyncInvokesCommand({ maxResults: 1 }), { abortSignal: limits.abortSignal });
    return null;
  } catch (thrown) {
    const error = callFailure(thrown, () => "");
    return unreachable.has(error.code) ? error : null;
  } finally {
    client.destroy();
  }
};

const unreachable: ReadonlySet<ErrorCode> = new Set([
  "unreachable",
  "endpoint_unusable",
  "proxy_unusable",
] as const);
