import type { AwsBedrockModel } from "../index.js";
import type { Fields } from "./config.js";
import { cannotRun } from "./failure.js";

/** A connector whose connection has passed its check, before any row is paid for. Throws "cannot run". */
export const connect = async (connection: Fields): Promise<AwsBedrockModel> => {
  const { AwsBedrockModel } = await import("../index.js");
  const connector = new AwsBedrockModel();
  const { status, message } = (await connector.checkConnection(connection)).connection_status;
  if (status === "failed") throw cannotRun(message ?? "the connection check failed");
  return connector;
};
