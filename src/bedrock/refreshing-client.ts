import type { Connection } from "../connection/connection.js";
import { faultInKey } from "../connection/key-text.js";
import { ConnectorError } from "../core/errors.js";
import { credentialsFailure } from "./call-failure.js";
import {
  createClient,
  credentialsMs,
  type RuntimeClient,
  secretsOf,
  tokenVariable,
  usesApiKey,
} from "./client.js";

/** Who the calls are made as: a client whose credentials are there, for all rows the same. */
interface RefreshingClient {
  /** Failures cost nothing: no call was made. */
  client(): Promise<RuntimeClient | ConnectorError> | RuntimeClient;
  /**
   * Fetches credentials anew, once for all rows whose calls found that `expired` has expired.
   * `null` where there are no others: given keys are what they are.
   */
  renew(expired: RuntimeClient): Promise<RuntimeClient | ConnectorError | null>;
}

export const createRefreshingClient = (connection: Connection): RefreshingClient => {
  let current = createClient(connection);
  let renewing: Promise<RuntimeClient | ConnectorError> | null = null;
  const isGiven = connection.auth.kind !== "default" && !connection.role;
  /** Until then credentials that were there need not be asked for, in milliseconds since 1970. */
  let goodUntil = 0;

  const withCredentials = async (client: RuntimeClient): Promise<RuntimeClient | ConnectorError> =>
    (await missingCredentials(client.sdk, connection)) ?? client;

  const replace = async (): Promise<RuntimeClient | ConnectorError> => {
    const fresh = await withCredentials(createClient(connection));
    if (!(fresh instanceof ConnectorError)) current = fresh;
    goodUntil = 0;
    renewing = null;
    return fresh;
  };

  const checked = async (): Promise<RuntimeClient | ConnectorError> => {
    const client = current;
    const found = await withCredentials(client);
    if (found !== current || usesApiKey(connection)) return found;
    const { expiration } = await client.sdk.config.credentials();
    // Another row may have renewed them meanwhile.
    if (client === current)
      goodUntil = expiration ? expiration.getTime() - renewalMs : Number.POSITIVE_INFINITY;
    return found;
  };

  return {
    client: () => (isGiven || Date.now() < goodUntil ? current : checked()),
    async renew(expired) {
      if (isGiven) return null;
      // Another row was quicker.
      if (current !== expired) return current;
      renewing ??= replace();
      return renewing;
    },
  };
};

/** The SDK fetches new ones no earlier than this before the old ones end. */
const renewalMs = 10 * 60_000;

/** Why the client has no credentials, found out without a call to Bedrock; `null` when it has them. */
export const missingCredentials = async (
  client: { readonly config: { credentials(): Promise<unknown> } },
  connection: Connection,
  withinMs = credentialsMs,
): Promise<ConnectorError | null> => {
  if (usesApiKey(connection)) return unusableToken(connection);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.ceil(withinMs / 1000)} s`)), withinMs);
  });
  try {
    // The SDK keeps them until shortly before they expire.
    await Promise.race([client.config.credentials(), late]);
    return null;
  } catch (thrown) {
    return credentialsFailure(thrown, secretsOf(connection));
  } finally {
    clearTimeout(timer);
  }
};

/** The settings' own key is judged with them. */
const unusableToken = ({ auth }: Connection): ConnectorError | null => {
  const fault = auth.kind === "api_key" ? null : faultInKey(process.env[tokenVariable] ?? "");
  return fault ? new ConnectorError("credentials_unusable", `${tokenVariable} ${fault}.`) : null;
};
