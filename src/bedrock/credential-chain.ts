import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { HttpHandler } from "@smithy/core/protocols";
import type { Logger } from "@smithy/types";
import { ConnectorError } from "../core/errors.js";
import { explainChain } from "./explain-chain.js";
import { endlessFile } from "./profile.js";
import { usableCredentials } from "./usable-credentials.js";
import { watchHelpers } from "./watch-helpers.js";

type Chain = ReturnType<typeof defaultProvider>;

/**
 * The AWS credential chain of the process: environment, profile, role. What it asks of STS and SSO goes over
 * `requestHandler`. Rejects with a `ConnectorError` where it can be told what failed, else with the SDK's error.
 */
export const credentialChain = (requestHandler: HttpHandler): Chain => {
  let notes: string[] = [];
  // The chain's last error is that of its last link; why the one before gave nothing, it only logs.
  const logger = { debug: (note: unknown) => notes.push(String(note)) } as unknown as Logger;
  const chain = defaultProvider({ clientConfig: { requestHandler }, logger });
  return async (caller) => {
    notes = [];
    const helpers = watchHelpers();
    try {
      const endless = await endlessFile();
      if (endless) throw new ConnectorError("credentials_unusable", endless);
      return usableCredentials(await chain(caller));
    } catch (thrown) {
      throw await explainChain(thrown, notes, helpers.exits);
    } finally {
      helpers.stop();
    }
  };
};
