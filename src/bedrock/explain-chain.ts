import { ConnectorError } from "../core/errors.js";
import { missingProfile, profileName } from "./profile.js";
import { redact } from "./redact.js";

/**
 * Why the credential chain gave nothing, where that can be told from its last error, the notes of its links and how
 * the helpers that it ran ended; else what it threw.
 */
export const explainChain = async (
  thrown: unknown,
  notes: readonly string[],
  exits: ReadonlyMap<string, number | string>,
): Promise<unknown> => {
  if (thrown instanceof ConnectorError) return thrown;
  const { message = "", tryNextLink } = thrown as { message?: string; tryNextLink?: boolean };
  if (tryNextLink === undefined) return thrown;
  if (ssoSession.test(message))
    return new ConnectorError(
      "credentials_expired",
      `The profile ${profileName()}: ${redact(message, [])} (aws sso login --profile ${profileName()})`,
    );
  const missing = await missingProfile();
  if (missing) return new ConnectorError("credentials_missing", missing);
  for (const note of [message, ...notes]) {
    const helper = helperFailure(note, exits);
    if (helper) return new ConnectorError("credential_process_failed", helper);
  }
  return thrown;
};

/** What the SDK says of a session that has to be begun anew, by itself or as the service says it. */
const ssoSession = /aws sso login|session token not found or invalid|Token is expired/i;

const helperFailure = (note: string, exits: ReadonlyMap<string, number | string>): string | null => {
  const [, command, printed = ""] = /Command failed: (.*)\n?([\s\S]*)/.exec(note) ?? [];
  if (command === undefined)
    return /credential_process (?:returned|did not return) [\w. ]+$/.test(note)
      ? `The profile ${profileName()}: ${note.replace(/^.*?credential_process/, "it")}`
      : null;
  const end = exits.get(command);
  const ended = typeof end === "number" ? `with exit code ${end}` : end ? `by ${end}` : "with an error";
  const lastWords = printed.trim().split("\n").at(-1)?.trim().slice(0, mostWords);
  return `The profile ${profileName()}: it ended ${ended}${lastWords ? `, and its last words are: ${redact(lastWords, [])}` : ", without a word on stderr"}`;
};

/** Characters of a helper's last line. */
const mostWords = 300;
