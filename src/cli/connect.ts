import type { Hooks } from "../index.js";
import type { Fields } from "./config.js";
import { cannotRun } from "./failure.js";

/** The connector, which judges whatever a file holds. Loaded on need, and without the package's other doors: `spec` starts sooner. */
export const openConnector = async (): Promise<Hooks> => {
  const { AwsBedrockModel } = await import("../connector.js");
  return new AwsBedrockModel();
};

/**
 * A connector whose connection has passed its check, before any row is paid for. `warn` is told of a model on its way out.
 * Throws "cannot run".
 */
export const connect = async (connection: Fields, warn?: (line: string) => void): Promise<Hooks> => {
  const connector = await openConnector();
  const { status, message } = (await connector.checkConnection(connection)).connection_status;
  if (status === "failed") throw cannotRun(message ?? "the connection check failed");
  // Its other remarks are those of `check`, which a run does not repeat.
  if (message?.includes("`bedrock-model migrate`")) warn?.(message);
  return connector;
};
