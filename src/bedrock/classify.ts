import type { ErrorCode } from "../core/errors.js";

/**
 * What the service's own words say more precisely than status and type, each for the statuses that it comes with: words
 * may quote a row, so they only choose among what the status allows. The first match counts.
 */
const wordings: readonly (readonly [statuses: readonly number[], words: RegExp, ErrorCode])[] = [
  [[429], /tokens per day|daily (?:token )?(?:quota|limit)/i, "daily_quota_reached"],
  [[429], /too many tokens|tokens? (?:per minute|rate|quota|limit)/i, "throttled_tokens"],
  [[400], /on-demand throughput isn.t supported/i, "profile_required"],
  [[400, 404], /end of (?:its )?(?:life|service)|has been (?:retired|sunset|removed)/i, "model_gone"],
  [[400, 404], /marked by provider as legacy/i, "model_legacy"],
  [[400], /model identifier is invalid/i, "invalid_model"],
  [[400, 404], /use case details have not been submitted/i, "use_case_form_missing"],
  [[400, 403], /don.t have access to the model/i, "model_access_denied"],
  [[400, 401, 403], /signature (?:expired|not yet current)/i, "clock_differs"],
  [[400, 403], /agreement .*being created|subscription .*pending/i, "subscription_pending"],
  [
    [400, 413, 422],
    /(?:input|prompt|request|conversation|messages?) (?:is|are|was) too (?:long|large|big)/i,
    "input_too_long",
  ],
  [
    [400, 413, 422],
    /too many (?:\w+ )?tokens|(?<!max_)tokens? exceed|tokens? > ?\d+ maximum/i,
    "input_too_long",
  ],
  [[400, 413, 422], /(?:context|input|prompt) (?:length|window|size|limit)/i, "input_too_long"],
];

const serviceTypes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>(
  Object.entries({
    ThrottlingException: "throttled_requests",
    ThrottledException: "throttled_requests",
    Throttling: "throttled_requests",
    TooManyRequestsException: "throttled_requests",
    rate_limit_error: "throttled_requests",
    ModelNotReadyException: "model_not_ready",
    ServiceUnavailableException: "overloaded",
    ServiceUnavailable: "overloaded",
    overloaded_error: "overloaded",
    ValidationException: "invalid_request",
    ValidationError: "invalid_request",
    invalid_request_error: "invalid_request",
    ResourceNotFoundException: "model_not_found",
    not_found_error: "model_not_found",
    FTUFormNotFilled: "use_case_form_missing",
    AccessDeniedException: "access_denied",
    AccessDenied: "access_denied",
    NotAuthorized: "access_denied",
    permission_error: "access_denied",
    MPAgreementBeingCreated: "subscription_pending",
    ServiceQuotaExceededException: "service_quota_exceeded",
    UnrecognizedClientException: "credentials_rejected",
    InvalidSignatureException: "credentials_rejected",
    SignatureDoesNotMatch: "credentials_rejected",
    IncompleteSignature: "credentials_rejected",
    IncompleteSignatureException: "credentials_rejected",
    InvalidClientTokenId: "credentials_rejected",
    MissingAuthenticationTokenException: "credentials_rejected",
    MissingAuthenticationToken: "credentials_rejected",
    authentication_error: "credentials_rejected",
    ExpiredTokenException: "credentials_expired",
    ExpiredToken: "credentials_expired",
    RequestExpired: "clock_differs",
    RequestTimeTooSkewed: "clock_differs",
    RequestInTheFuture: "clock_differs",
    ModelTimeoutException: "model_timeout",
    ModelErrorException: "model_error",
    InternalServerException: "service_error",
    InternalFailure: "service_error",
    InternalServerError: "service_error",
    api_error: "service_error",
    RequestTooLargeException: "body_too_large",
    request_too_large: "body_too_large",
  } as const),
);

/** Whether a type is one that services are known to give. Only such a name may be shown: any other may be a row's. */
export const isKnownType = (type: string): boolean => serviceTypes.has(type) || otherTypes.has(type);

const otherTypes = new Set([
  "ConflictException",
  "InvalidAction",
  "OptInRequired",
  "UnknownOperationException",
]);

const serviceStatuses: Readonly<Record<number, ErrorCode>> = {
  401: "access_denied",
  403: "access_denied",
  404: "model_not_found",
  407: "proxy_unusable",
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

/**
 * The code of an answer that was an error: its HTTP status says what it may be, its type which of these, and its words,
 * last, which of those. What is not known keeps the status's code.
 */
export const serviceErrorCode = (type: string, status: number, words: string): ErrorCode => {
  // Bedrock never points elsewhere: what does has not handed the call on.
  if (status >= 300 && status < 400) return "endpoint_unusable";
  // A server error may have been billed, whatever it says of itself.
  if (status >= 500 && status !== 503 && status !== 529) return "service_error";
  if (status === 503 || status === 529) return "overloaded";
  if (status < 400) return "unexpected_error";
  const byStatus = serviceStatuses[status] ?? "invalid_request";
  if (status === 408 || status === 424) return byStatus;
  const typed = serviceTypes.get(type);
  const byType = typed === "service_error" ? byStatus : (typed ?? byStatus);
  // A throttle is one, whatever status a gateway gives it.
  return wordingOf(words, isThrottle(byType) ? 429 : status) ?? byType;
};

const isThrottle = (code: ErrorCode): boolean => code === "throttled_requests";

const wordingOf = (words: string, status: number | null): ErrorCode | undefined =>
  wordings.find(
    ([statuses, pattern]) => (status === null || statuses.includes(status)) && pattern.test(words),
  )?.[2];

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
  wordingOf(words, null) ?? credentialTypes.get(type) ?? "credentials_unavailable";

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
