import { BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { CreateClient } from "../job.js";
import { novaBody, novaText, workThrough } from "../rows.js";
import { sdkKeys } from "../sdk-keys.js";

/**
 * A bare loop over the AWS SDK. `tls` has the SDK's own transport; the others have one connection for each worker,
 * kept open. `adaptive` has its adaptive retry mode.
 */
export const createClient: CreateClient = ({ variant, concurrency, modelId, maxTokens }, { url, tls }) => {
  const transport =
    variant === "tls"
      ? { endpoint: tls?.url ?? "" }
      : { endpoint: url, requestHandler: keepAliveTransport(concurrency) };
  const client = new BedrockRuntimeClient({
    region: "us-east-1",
    credentials: sdkKeys,
    ...(variant === "adaptive" && { retryMode: "adaptive" }),
    ...transport,
  });
  return {
    run: (rows, ended) =>
      workThrough(
        rows,
        concurrency,
        async (row) => {
          const body = novaBody(row, maxTokens);
          const output = await client.send(
            new InvokeModelCommand({ modelId, body, contentType: "application/json" }),
          );
          return novaText(output.body.transformToString());
        },
        ended,
      ),
  };
};

export const keepAliveTransport = (maxSockets: number): NodeHttpHandler => {
  const agent = { keepAlive: true, maxSockets };
  return new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent });
};
