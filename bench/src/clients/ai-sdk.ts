import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { generateText } from "ai";
import type { CreateClient } from "../job.js";
import { promptOf, workThrough } from "../rows.js";
import { sdkKeys } from "../sdk-keys.js";

/** A bare loop over the Vercel AI SDK's `generateText`, with its own retries. */
export const createClient: CreateClient = ({ concurrency, modelId, maxTokens }, { url }) => {
  const { accessKeyId, secretAccessKey } = sdkKeys;
  const bedrock = createAmazonBedrock({
    region: "us-east-1",
    accessKeyId,
    secretAccessKey,
    baseURL: url,
  });
  const model = bedrock(modelId);
  return {
    run: (rows, ended) =>
      workThrough(
        rows,
        concurrency,
        (row) => generateText({ model, prompt: promptOf(row), maxOutputTokens: maxTokens }),
        ended,
      ),
  };
};
