import type { ErrorCode } from "../core/errors.js";

/** What the service's own words say more precisely than its error type. The first match counts. */
const wordings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/tokens per day/i, "daily_quota_reached"],
  [/too many tokens/i, "throttled_tokens"],
  [/on-demand throughput isn.t supported/i, "profile_required"],
  [/model identifier is invalid/i, "invalid_model"],
  [/marked by provider as legacy/i, "model_legacy"],
  [/use case details have not been submitted/i, "use_case_form_missing"],
  [/don.t have access to the model/i, "model_access_denied"],
  [/input is too long|too many input tokens/i, "input_too_long"],
  [/signature (?:expired|not yet current)/i, "clock_differs"],
  [/agreement .*being created|subscription .*pending/i, "subscription_pending"],
];

const serviceTypes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>(
  Object.entries({
    ThrottlingException: "throttled_requests",
    TooManyRequestsException: "throttled_requests",
    ModelNotReadyException: "model_not_ready",
    ServiceUnavailableException: "overloaded",
    overloaded_error: "overloaded",
    ValidationException: "invalid_request",
    ResourceNotFoundException: "model_not_found",
    FTUFormNotFilled: "use_case_form_missing",
    AccessDeniedException: "access_denied",
    NotAuthorized: "access_denied",
    MPAgreementBeingCreated: "subscription_pending",
    ServiceQuotaExceededException: "service_quota_exceeded",
    UnrecognizedClientException: "credentials_rejected",
    InvalidSignatureException: "credentials_rejected",
    IncompleteSignature: "credentials_rejected",
    InvalidClientTokenId: "credentials_rejected",
    MissingAuthenticationTokenException: "credentials_rejected",
    ExpiredTokenException: "credentials_expired",
    RequestExpired: "credentials_expired",
    ModelTimeoutException: "model_timeout",
    ModelErrorException: "model_error",
  } as const),
);

const serviceStatuses: Readonly<Record<number, ErrorCode>> = {
  401: "access_denied",
  403: "access_denied",
  404: "model_not_found",
  407: "unreachable",
  408: "model_timeout",
  413: "body_too_large",
  424: "model_error",
  429: "throttled_requests",
  503: "overloaded",
  529: "overloaded",
};

/** Our word for a handshake that something other than TLS answered. */
export const notTls = "NOT_TLS";

/** Errors of a connection that never carried a request, and that waiting does not mend. */
const hopeless = new Set([
  "ENOTFOUND",
  "ERR_INVALID_URL",
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  notTls,
]);

/** The code of an answer that was an error: its type, its HTTP status, and its words. */
export const serviceErrorCode = (type: string, status: number, words: string): ErrorCode => {
  // A server error may have been billed, whatever it says of itself.
  if (status >= 500 && status !== 503 && status !== 529) return "service_error";
  const worded = status >= 500 || status === 408 || status === 424 ? undefined : wordingOf(words);
  return (
    worded ??
    serviceTypes.get(type) ??
    serviceStatuses[status] ??
    (status >= 400 && status < 500 ? "invalid_request" : "unexpected_error")
  );
};

const wordingOf = (words: string): ErrorCode | undefined =>
  wordings.find(([pattern]) => pattern.test(words))?.[1];

/**
 * The code of a call that ended without an answer. `syscall` and `systemCode` are Node's, such as `connect` and
 * ECONNREFUSED: what failed before there was a connection was never sent. `sent` is false where the transport
 * knows as much.
 */
export const transportErrorCode = (
  {
    syscall,
    systemCode,
    sent = true,
  }: { syscall: string | undefined; systemCode: string | undefined; sent?: boolean },
  deadlinePassed: boolean,
): ErrorCode => {
  if (deadlinePassed) return "deadline_exceeded";
  if (hopeless.has(systemCode ?? "")) return "endpoint_unusable";
  return !sent || syscall === "connect" || syscall === "getaddrinfo" ? "unreachable" : "connection_lost";
};

/** Whether nobody who is trusted here has signed a certificate. */
export const isOfUnknownAuthority = (systemCode: string | undefined): boolean =>
  /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/.test(systemCode ?? "");

/** The code of a tunnel that a proxy did not make: one that says no will say so again. */
export const proxyErrorCode = ({
  status,
  code = "",
}: {
  status: number | null;
  code: string | undefined;
}): ErrorCode =>
  (status !== null && status < 500 && status !== 429) || hopeless.has(code)
    ? "proxy_unusable"
    : "unreachable";

/** The code of credentials that could not be had, by what STS or a credential provider said. */
export const credentialsErrorCode = (type: string, words: string): ErrorCode =>
  wordingOf(words) ?? credentialTypes.get(type) ?? "credentials_unavailable";

const credentialTypes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>(
  Object.entries({
    CredentialsProviderError: "credentials_missing",
    TokenProviderError: "credentials_missing",
    AccessDenied: "role_denied",
    AccessDeniedException: "role_denied",
    ExpiredToken: "credentials_expired",
    ExpiredTokenException: "credentials_expired",
    InvalidClientTokenId: "credentials_rejected",
    SignatureDoesNotMatch: "credentials_rejected",
    RegionDisabledException: "credentials_rejected",
  } as const),
);
