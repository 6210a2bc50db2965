import type { Connection } from "./connection/connection.js";
import type { JsonObject } from "./json.js";

/**
 * The body with the connection's guardrail and service tier, which Converse takes inside it. InvokeModel takes them
 * as headers. They go before what the body says of the same.
 */
export const withSettings = (body: JsonObject, { api, guardrail, serviceTier }: Connection): JsonObject => {
  if (api !== "converse") return body;
  return {
    ...body,
    ...(guardrail && {
      guardrailConfig: {
        ...(body.guardrailConfig as JsonObject | undefined),
        guardrailIdentifier: guardrail.identifier,
        guardrailVersion: guardrail.version,
      },
    }),
    ...(serviceTier && { serviceTier: { type: serviceTier } }),
  };
};
