import {
  type BedrockRuntimeClient,
  InvokeModelCommand,
  type InvokeModelCommandInput,
} from "@aws-sdk/client-bedrock-runtime";
import type { HttpRequest, HttpResponse } from "@smithy/core/protocols";
import type { OnPart } from "./exchange.js";
import type { AnswerWithHeaders } from "./reuse-request-form.js";
import type { TransportOptions } from "./transport.js";

/**
 * Sends a call to the streaming sister of its operation. The SDK makes and signs the request and judges refusals; what
 * comes is `onPart`'s to read, since the SDK drops the events that its version does not know, and knows none of
 * ConverseStream's behind the command that both APIs share.
 */
export const sendStreamed = async (
  client: BedrockRuntimeClient,
  input: InvokeModelCommandInput,
  onPart: OnPart,
): Promise<AnswerWithHeaders> => {
  let headers: HttpResponse["headers"] = {};
  const command = new InvokeModelCommand({ ...input, ...{ onPart } });
  command.middlewareStack.add(
    (next) => (args) => {
      const { path, headers: sent } = args.request as HttpRequest;
      const isConverse = path.endsWith("/converse");
      const operation = isConverse ? "/converse-stream" : "/invoke-with-response-stream";
      (args.request as HttpRequest).path = path.replace(/\/\w+$/, operation);
      sent.accept = eventStreamType;
      if (!isConverse) sent["x-amzn-bedrock-accept"] = "application/json";
      return next(args);
    },
    { step: "build", name: "streamingOperation" },
  );
  command.middlewareStack.add(
    () => async (args) => {
      const options: TransportOptions = { onPart };
      const { response } = await client.config.requestHandler.handle(args.request as HttpRequest, options);
      headers = response.headers;
      return { response } as never;
    },
    { step: "deserialize", priority: "low", name: "watchParts" },
  );
  // With options, so that the SDK takes the steps of this command and not those that it keeps.
  return { ...(await client.send(command, {})), headers };
};

export const eventStreamType = "application/vnd.amazon.eventstream";
