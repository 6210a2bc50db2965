import { CountTokensCommand } from "@aws-sdk/client-bedrock-runtime";
import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import { firstBaseModel } from "../models/find-family.js";
import { callFailure } from "./call-failure.js";
import { createRefreshingClient } from "./refreshing-client.js";
import { ownWords, withoutRows } from "./sayable.js";

/**
 * Counts the input tokens of a body, as a call would bill them. Free of charge; few models support it, and it
 * takes the permission bedrock:CountTokens. It names the model itself, since it knows no profiles.
 */
export const createTokenCounter = (connection: Connection) => {
  const clients = createRefreshingClient(connection);
  return async (body: string): Promise<number | ConnectorError> => {
    const client = await clients.client();
    if (client instanceof ConnectorError) return client;
    const deadline = AbortSignal.timeout(patienceMs);
    try {
      const { inputTokens } = await client.sdk.send(
        new CountTokensCommand({
          modelId: firstBaseModel(connection.modelId, ...connection.candidateModelIds) ?? connection.modelId,
          input:
            connection.api === "converse"
              ? { converse: JSON.parse(body) }
              : { invokeModel: { body: Buffer.from(body) } },
        }),
        { abortSignal: deadline },
      );
      return inputTokens ?? new ConnectorError("unreadable_response", "It holds no count.");
    } catch (thrown) {
      return callFailure(thrown, (words) => withoutRows(words, { own: ownWords(connection), body }));
    }
  };
};

const patienceMs = 10_000;
