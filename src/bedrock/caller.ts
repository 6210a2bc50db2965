import type { BedrockClient } from "@aws-sdk/client-bedrock";
import type { Connection } from "../connection/connection.js";
import { isLoopback } from "../connection/loopback.js";
import { callFailure, credentialsFailure } from "./call-failure.js";
import { secretsOf } from "./client.js";
import type { ControlAnswer } from "./control-answers.js";
import { isRefusal, unaskedFor } from "./control-query.js";
import { createTransport } from "./transport.js";

/**
 * The account of the caller, by GetCallerIdentity of STS: it needs no permission, and takes only keys that are good.
 * A local Bedrock answers for STS too; with any other endpoint the region's own STS is asked.
 */
export const askCaller = async (
  connection: Connection,
  { config }: Pick<BedrockClient, "config">,
  options: { readonly abortSignal: AbortSignal },
): Promise<ControlAnswer<string>> => {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({
    region: connection.region,
    ...(isLocal(connection.endpoint) && { endpoint: connection.endpoint }),
    // The second signed by the clock that the SDK has learnt from a refusal.
    maxAttempts: 2,
    requestHandler: createTransport(1, deadlineMs, connectMs),
    credentials: config.credentials,
  });
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}), options);
    return Account ? { is: "known", value: Account } : { is: "unasked", why: notSts };
  } catch (thrown) {
    const refused = credentialsFailure(thrown, secretsOf(connection));
    if (isRefusal(refused.code)) return { is: "refused", error: refused };
    const { code } = callFailure(thrown, () => "");
    return unaskedFor(code, notSts);
  } finally {
    client.destroy();
  }
};

const connectMs = 3_000;
/** Longer than any check: the signal ends the question. */
const deadlineMs = 10_000;

const notSts = "what answers at the endpoint is not STS";

const isLocal = (endpoint: string | null): endpoint is string =>
  endpoint !== null && !process.env.AWS_ENDPOINT_URL_STS && isLoopback(endpoint);
