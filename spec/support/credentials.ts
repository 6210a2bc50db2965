import { openControlPlane } from "../../src/bedrock/control-plane.js";
import type { Connection } from "../../src/connection/connection.js";
import type { ConnectorError } from "../../src/core/errors.js";

/** Why a connection has no credentials, as a check of it finds out; `null` when it has them. */
export const resolveCredentials = async (connection: Connection): Promise<ConnectorError | null> => {
  const plane = openControlPlane(connection, 10_000);
  try {
    return await plane.missingCredentials();
  } finally {
    plane.close();
  }
};
