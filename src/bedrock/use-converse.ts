import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";

/**
 * Makes a client's calls Converse calls that take and give the service's JSON as it is. The SDK's ConverseCommand
 * reads a request into types and drops what its version does not know, on the way out and on the way back; what is
 * sent here is what the ledger, the preview and the user saw. Both operations share service, signature and errors.
 */
export const useConverse = ({ middlewareStack }: BedrockRuntimeClient): void =>
  middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { path: string };
      request.path = request.path.replace(/\/invoke$/, "/converse");
      return next(args);
    },
    { step: "build", name: "converseOperation" },
  );
