import type { AwsCredentialIdentity } from "@smithy/types";
import { faultInKey } from "../connection/key-text.js";
import { ConnectorError } from "../core/errors.js";
import { valueAt } from "../core/json.js";
import { profileName } from "./profile.js";

/** Credentials of the chain without blanks around them. @throws ConnectorError where one cannot be sent. */
export const usableCredentials = <Credentials extends AwsCredentialIdentity>(
  credentials: Credentials,
): Credentials => {
  const trimmed: Record<string, string> = {};
  for (const [key, { variable, words }] of Object.entries(keys)) {
    const value = credentials[key as keyof typeof keys];
    if (value === undefined) continue;
    trimmed[key] = value.trim();
    const fault = faultInKey(value);
    if (fault)
      throw new ConnectorError(
        "credentials_unusable",
        `${isOf(credentials, "ENV") ? variable : `${words} ${originOf(credentials)}`} ${fault}.`,
      );
  }
  return { ...credentials, ...trimmed };
};

const keys = {
  accessKeyId: { variable: "AWS_ACCESS_KEY_ID", words: "The access key" },
  secretAccessKey: { variable: "AWS_SECRET_ACCESS_KEY", words: "The secret access key" },
  sessionToken: { variable: "AWS_SESSION_TOKEN", words: "The session token" },
} as const;

const originOf = (credentials: object): string => {
  if (isOf(credentials, "PROCESS")) return `that credential_process of the profile ${profileName()} printed`;
  return isOf(credentials, "PROFILE") ? `of the profile ${profileName()}` : "that the credential chain gave";
};

/** The SDK marks credentials with where they come from, such as CREDENTIALS_ENV_VARS. */
const isOf = (credentials: object, word: string): boolean =>
  Object.keys(Object(valueAt(credentials, ["$source"]))).some((source) => source.includes(word));
