import { BedrockRuntimeClient, type BedrockRuntimeClientConfig } from "@aws-sdk/client-bedrock-runtime";
import type { HttpHandler } from "@smithy/core/protocols";
import type { Connection } from "../connection/connection.js";
import { credentialChain } from "./credential-chain.js";
import { type SendCall, takeShortcuts } from "./reuse-request-form.js";
import { throwServiceErrors } from "./service-error.js";
import { Sha256 } from "./sha256.js";
import { createTransport } from "./transport.js";
import { useConverse } from "./use-converse.js";

/** The SDK's client of one connection, and the way of its calls. */
export interface RuntimeClient {
  readonly sdk: BedrockRuntimeClient;
  readonly send: SendCall;
}

/** A client for one connection: no retries of its own, and signing pinned to what the connection says. */
export const createClient = (connection: Connection): RuntimeClient => {
  const { region, endpoint, maxConcurrency, requestTimeoutMs } = connection;
  const sdk = new BedrockRuntimeClient({
    region,
    ...(endpoint && { endpoint }),
    maxAttempts: 1,
    requestHandler: createTransport(maxConcurrency, requestTimeoutMs),
    // One chain of middleware for all calls. Its context is shared by them, so nothing of one call may stand there.
    cacheMiddleware: true,
    sha256: Sha256,
    ...signing(connection),
  });
  if (connection.api === "converse") useConverse(sdk);
  throwServiceErrors(sdk.middlewareStack);
  return { sdk, send: takeShortcuts(sdk, region, () => apiKeyOf(connection)) };
};

/** Credentials that take longer than this are not coming. */
export const credentialsMs = 10_000;

/** The API key that calls carry: a given one, or the environment's where nothing else is given; `null` for none. */
const apiKeyOf = ({ auth, role }: Connection): string | null => {
  if (auth.kind === "api_key") return auth.token;
  return (auth.kind === "default" && !role && process.env[tokenVariable]?.trim()) || null;
};

export const tokenVariable = "AWS_BEARER_TOKEN_BEDROCK";

export const usesApiKey = (connection: Connection): boolean => apiKeyOf(connection) !== null;

/** Everything in a connection that no message may hold. */
export const secretsOf = ({ auth, role }: Connection): string[] =>
  [
    ...(auth.kind === "keys" ? [auth.accessKeyId, auth.secretAccessKey, auth.sessionToken] : []),
    ...(auth.kind === "api_key" ? [auth.token] : []),
    process.env[tokenVariable]?.trim() || undefined,
    role?.externalId,
  ].filter((secret) => secret !== undefined);

/**
 * Without the pin, a bearer token in the environment would go before the keys that were given. Credentials are
 * fetched over `transport`, which is the caller's to destroy where an answer may be given up.
 */
export const signing = (
  connection: Connection,
  transport: HttpHandler = createTransport(1, credentialsMs),
): Pick<BedrockRuntimeClientConfig, "token" | "credentials" | "authSchemePreference"> => {
  const { auth, role, region } = connection;
  if (usesApiKey(connection)) {
    // One that has ended is asked for again, and the environment's may be another by then.
    const token = async () => ({ token: apiKeyOf(connection) ?? "", expiration: new Date() });
    return { token, authSchemePreference: ["httpBearerAuth"] };
  }
  const keys =
    auth.kind === "keys"
      ? {
          accessKeyId: auth.accessKeyId,
          secretAccessKey: auth.secretAccessKey,
          ...(auth.sessionToken && { sessionToken: auth.sessionToken }),
        }
      : undefined;
  const pinned = { authSchemePreference: ["sigv4"] };
  if (role) {
    const params = {
      RoleArn: role.arn,
      RoleSessionName: "bedrock-model",
      ...(role.externalId && { ExternalId: role.externalId }),
    };
    const source = keys ? async () => keys : credentialChain(transport);
    // Loaded on need: most connections assume no role.
    const assumer = import("@aws-sdk/client-sts").then(({ getDefaultRoleAssumer }) =>
      getDefaultRoleAssumer({ region, requestHandler: transport }),
    );
    const credentials = async () => (await assumer)(await source(), params);
    return { credentials, ...pinned };
  }
  return { credentials: keys ?? credentialChain(transport), ...pinned };
};
