import { demoCredentials } from "../../dist/testing/emulator/index.js";

/** The demo credentials as clients of the SDK take them. */
export const sdkKeys = {
  accessKeyId: demoCredentials.access_key,
  secretAccessKey: demoCredentials.secret_access_key,
};
