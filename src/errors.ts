/** Whether a call was paid for: `no` is known, `yes` is known, `unknown` is everything between. */
export type Billed = "no" | "yes" | "unknown";

interface Kind {
  /** Whether sending the same row again may succeed. */
  readonly retryable: boolean;
  readonly billed: Billed;
  /** What happened and what to do, for a person. */
  readonly message: string;
}

const kind = (retryable: boolean, billed: Billed, message: string): Kind => ({ retryable, billed, message });

/**
 * Every failure the connector reports, by its stable code. Bedrock does not say whether a call that ended in
 * a 5xx, a timeout or a cut connection is charged, so those are `unknown` and never sent again by themselves.
 */
const kinds = {
  invalid_config: kind(false, "no", "The connection settings are not usable."),
  not_an_object: kind(false, "no", "The record is not an object, so there are no columns to read."),
  missing_column: kind(false, "no", "The request format reads a column that this record lacks."),
  template_failed: kind(false, "no", "The request format could not be filled from this record."),
  invalid_body: kind(
    false,
    "no",
    "The filled request does not have the shape that the model's family takes.",
  ),
  stopped: kind(true, "no", "The run was stopped before this record was sent."),

  throttled: kind(true, "no", "Bedrock throttled the call. Lower max_concurrency or ask AWS for more quota."),
  daily_quota_reached: kind(
    false,
    "no",
    "The account's tokens-per-day quota for this model is used up. Run the rest when it resets.",
  ),
  overloaded: kind(
    true,
    "no",
    "Bedrock is overloaded for this model. Try later or another region or profile.",
  ),
  model_not_ready: kind(true, "no", "The model is not ready yet. Try again in a few minutes."),
  unreachable: kind(true, "no", "No connection to Bedrock. Check region, endpoint, network and proxy."),

  invalid_request: kind(
    false,
    "no",
    "Bedrock refused the request body. Compare it with the model's parameters.",
  ),
  input_too_long: kind(false, "no", "The prompt is longer than the model's context. Shorten the input."),
  body_too_large: kind(false, "no", "The request body is larger than Bedrock takes (25 MB)."),
  invalid_model: kind(
    false,
    "no",
    "Bedrock does not know this model id in this region. Check model_id and region.",
  ),
  profile_required: kind(
    false,
    "no",
    "This model is called through an inference profile only. Set inference_profile to one of the account's, such as the model id with us. or eu. in front.",
  ),
  model_legacy: kind(
    false,
    "no",
    "The provider marked this model as legacy and this account has not used it lately. Choose a newer model.",
  ),
  model_not_found: kind(
    false,
    "no",
    "Bedrock has no such model or profile. Check model_id, inference_profile and region.",
  ),
  use_case_form_missing: kind(
    false,
    "no",
    "The account has not submitted the provider's use case form. Submit it in the Bedrock console.",
  ),
  access_denied: kind(
    false,
    "no",
    "Access was denied. The identity needs bedrock:InvokeModel on the model (and on the profile and its regions).",
  ),
  model_access_denied: kind(
    false,
    "no",
    "The account has no access to this model. Ask for it in the Bedrock console.",
  ),
  subscription_pending: kind(
    false,
    "no",
    "The model's marketplace subscription is being set up. Try again in 15 minutes.",
  ),
  credentials_rejected: kind(false, "no", "AWS did not accept the credentials. Check or re-enter them."),
  credentials_expired: kind(false, "no", "The AWS credentials have expired. Renew them."),
  credentials_missing: kind(
    false,
    "no",
    "No AWS credentials were found. Set access_key and secret_access_key, api_key, or give the host an AWS role.",
  ),
  role_denied: kind(
    false,
    "no",
    "The role could not be assumed. Check role_arn, external_id and the role's trust policy.",
  ),
  service_quota_exceeded: kind(
    false,
    "no",
    "An account quota other than the rate was exceeded. See Service Quotas.",
  ),

  model_timeout: kind(true, "unknown", "The model took longer than Bedrock allows. It may have been billed."),
  model_error: kind(
    true,
    "unknown",
    "The model failed while it worked on the request. It may have been billed.",
  ),
  service_error: kind(
    true,
    "unknown",
    "Bedrock failed while it worked on the request. It may have been billed.",
  ),
  deadline_exceeded: kind(
    true,
    "unknown",
    "No answer within request_timeout_seconds. The call may have been billed.",
  ),
  connection_lost: kind(
    true,
    "unknown",
    "The connection broke after the request was sent. It may have been billed.",
  ),
  unexpected_error: kind(false, "unknown", "The call failed in a way that this connector does not know."),

  unreadable_response: kind(
    false,
    "yes",
    "The response could not be read: it is not JSON, or lacks what the family or the response format reads. It was billed.",
  ),
} as const satisfies Record<string, Kind>;

export type ErrorCode = keyof typeof kinds;

/** The one error of the connector. Inside the pipeline it is a value that is returned, not thrown. */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly billed: Billed;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;

  /** `detail` is appended to the code's own sentence and must not hold secrets or row values. */
  constructor(
    code: ErrorCode,
    detail?: string,
    more: { retryAfterMs?: number | null; requestId?: string | null; cause?: unknown } = {},
  ) {
    super(detail ? `${kinds[code].message} ${detail}` : kinds[code].message, { cause: more.cause });
    this.code = code;
    this.retryable = kinds[code].retryable;
    this.billed = kinds[code].billed;
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.requestId = more.requestId ?? null;
  }
}

/** What the service's own words say more precisely than its error type. The first match counts. */
const wordings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/tokens per day/i, "daily_quota_reached"],
  [/on-demand throughput isn.t supported/i, "profile_required"],
  [/model identifier is invalid/i, "invalid_model"],
  [/marked by provider as legacy/i, "model_legacy"],
  [/use case details have not been submitted/i, "use_case_form_missing"],
  [/don.t have access to the model/i, "model_access_denied"],
  [/input is too long|too many input tokens/i, "input_too_long"],
  [/agreement .*being created|subscription .*pending/i, "subscription_pending"],
];

const serviceTypes: Readonly<Record<string, ErrorCode>> = {
  ThrottlingException: "throttled",
  TooManyRequestsException: "throttled",
  ModelNotReadyException: "model_not_ready",
  ServiceUnavailableException: "overloaded",
  overloaded_error: "overloaded",
  ValidationException: "invalid_request",
  ResourceNotFoundException: "model_not_found",
  FTUFormNotFilled: "use_case_form_missing",
  AccessDeniedException: "access_denied",
  // STS says AccessDenied, Bedrock AccessDeniedException.
  AccessDenied: "role_denied",
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
  InternalServerException: "service_error",
  InternalFailure: "service_error",
};

const serviceStatuses: Readonly<Record<number, ErrorCode>> = {
  413: "body_too_large",
  429: "throttled",
  500: "service_error",
  502: "service_error",
  503: "overloaded",
  504: "service_error",
  529: "overloaded",
};

/** Errors of a TLS handshake: a connection that never carried a request. */
const refusedCertificates = new Set([
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** The code of an answer that was an error: its type, its HTTP status, and its words. */
export const serviceErrorCode = (type: string, status: number, words: string): ErrorCode =>
  wordings.find(([pattern]) => pattern.test(words))?.[1] ??
  serviceTypes[type] ??
  serviceStatuses[status] ??
  (status >= 400 && status < 500 ? "invalid_request" : "unexpected_error");

/**
 * The code of a call that ended without an answer. `syscall` and `systemCode` are Node's, such as `connect` and
 * ECONNREFUSED: what failed before there was a connection was never sent.
 */
export const transportErrorCode = (
  { syscall, systemCode }: { syscall: string | undefined; systemCode: string | undefined },
  deadlinePassed: boolean,
): ErrorCode => {
  if (deadlinePassed) return "deadline_exceeded";
  const neverSent =
    syscall === "connect" || syscall === "getaddrinfo" || refusedCertificates.has(systemCode ?? "");
  return neverSent ? "unreachable" : "connection_lost";
};
