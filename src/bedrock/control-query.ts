import type { ErrorCode } from "../core/errors.js";
import { ConnectorError } from "../core/errors.js";
import { callFailure } from "./call-failure.js";
import type { ControlAnswer } from "./control-answers.js";
import { redact } from "./redact.js";

/**
 * Puts one question. `action` on `resource` is what IAM has to allow; `send` comes to nothing where the answer lacks
 * what the control plane always gives.
 */
export type ControlQuery = <T>(
  action: string,
  resource: string,
  send: () => Promise<T | undefined>,
) => Promise<ControlAnswer<T>>;

export const createControlQuery =
  (secrets: readonly string[]): ControlQuery =>
  async (action, resource, send) => {
    try {
      // The SDK learns the clock of the far side from a refusal, so the second question is signed by it.
      const value = await send().catch((thrown) => (isOfClock(thrown) ? send() : Promise.reject(thrown)));
      return value === undefined ? { is: "unasked", why: isNot(action) } : { is: "known", value };
    } catch (thrown) {
      const { name, message = "" } = thrown as { name?: string; message?: string };
      if (name === "NoSuchEntity" || name === "NoSuchResourceException") return { is: "absent" };
      if (name === "ResourceNotFoundException" || (name === "ValidationException" && unknownId.test(message)))
        return { is: "absent" };
      const error = callFailure(thrown, (words) => redact(words, secrets));
      if (noApiKeys.test(message)) return { is: "refused", error: apiKeysDenied() };
      if (badApiKey.test(message)) return { is: "refused", error: apiKeyRejected() };
      if (isRefusal(error.code)) return { is: "refused", error };
      if (name === "AccessDeniedException" || name === "AccessDenied")
        return { is: "unasked", why: `${action} is denied; allow it on ${resource}` };
      return unaskedFor(error.code, isNot(action));
    }
  };

const isOfClock = (thrown: unknown): boolean => callFailure(thrown, () => "").code === "clock_differs";

/** Whether no call would fare better with these credentials. */
export const isRefusal = (code: ErrorCode): boolean => refusals.has(code);

const refusals: ReadonlySet<ErrorCode> = new Set([
  "credentials_rejected",
  "credentials_expired",
  "clock_differs",
  "proxy_unusable",
  "credentials_unusable",
  "credential_process_failed",
] as const);

/** The control plane says of an id that it does not know: not found, or not valid. */
const unknownId = /identifier is invalid|could not (?:find|resolve)/i;

const noApiKeys = /not authorized to perform: bedrock:CallWithBearerToken/;
const badApiKey = /make sure your API Key is valid/i;

const apiKeysDenied = (): ConnectorError =>
  new ConnectorError(
    "access_denied",
    "The identity behind the API key also needs bedrock:CallWithBearerToken on *.",
  );
const apiKeyRejected = (): ConnectorError =>
  new ConnectorError("credentials_rejected", "The API key is not valid, or no longer.");

const isNot = (action: string): string =>
  `what answers at the endpoint is not ${services[action.slice(0, action.indexOf(":"))] ?? "AWS"}`;
const services: Readonly<Record<string, string>> = {
  bedrock: "Bedrock's control plane",
  servicequotas: "Service Quotas",
  iam: "IAM",
};

const noConnection = "no connection to AWS's control plane";

/** That a question went unasked; `otherwise` where that is the fault of what answered. */
export const unaskedFor = (code: ErrorCode, otherwise: string): ControlAnswer<never> => {
  const why = reasons[code] ?? otherwise;
  return { is: "unasked", why, ...(why === noConnection && { unreached: true }) };
};

const reasons: Readonly<Partial<Record<ErrorCode, string>>> = {
  deadline_exceeded: "no answer in time",
  unreachable: noConnection,
  endpoint_unusable: noConnection,
  connection_lost: noConnection,
  throttled_requests: "AWS throttled the question; check again",
  overloaded: "AWS was overloaded; check again",
  service_error: "AWS failed at the question; check again",
};
