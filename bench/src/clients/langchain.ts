import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { ChatBedrockConverse } from "@langchain/aws";
import type { CreateClient } from "../job.js";
import { promptOf } from "../rows.js";
import { sdkKeys } from "../sdk-keys.js";
import { keepAliveTransport } from "./sdk.js";

/**
 * LangChain's `batch`, over connections that are kept open. It takes all rows at once and gives all answers at
 * once.
 */
export const createClient: CreateClient = ({ concurrency, modelId, maxTokens }, { url }) => {
  const region = "us-east-1";
  const client = new BedrockRuntimeClient({
    region,
    credentials: sdkKeys,
    endpoint: url,
    requestHandler: keepAliveTransport(concurrency),
  });
  const model = new ChatBedrockConverse({ model: modelId, region, maxTokens, client });
  return {
    async run(rows, ended) {
      const prompts = [...rows].map(promptOf);
      const failure = await model.batch(prompts, { maxConcurrency: concurrency }).then(
        () => undefined,
        (error: Error) => `whole batch: ${error.name}`,
      );
      for (const _ of prompts) ended(failure);
    },
  };
};
