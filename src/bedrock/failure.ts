import { ConnectorError, serviceErrorCode, transportErrorCode } from "../errors.js";
import { redact } from "../redact.js";

/** The parts of the SDK's errors and of Node's that tell what happened. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}

/** Turns what the SDK threw into the connector's error. `body` is what was sent, so that none of it is quoted. */
export const toConnectorError = (thrown: unknown, body: string, deadlinePassed: boolean): ConnectorError => {
  const error = thrown as SdkError;
  const status = error.$response?.statusCode ?? error.$metadata?.httpStatusCode;
  const requestId = error.$metadata?.requestId ?? error.$response?.headers?.["x-amzn-requestid"] ?? null;
  if (status !== undefined && status < 300)
    return new ConnectorError("unreadable_response", "It broke off before its end.", { requestId });
  if (status === undefined) return withoutAnswer(error, deadlinePassed);

  const type = error.name ?? "";
  const words = redact(error.message ?? "", body);
  return new ConnectorError(
    serviceErrorCode(type, status, error.message ?? ""),
    `${status} ${type}: ${words}`,
    {
      requestId,
      retryAfterMs: retryAfterMs(error.$response?.headers?.["retry-after"]),
    },
  );
};

const withoutAnswer = (error: SdkError, deadlinePassed: boolean): ConnectorError => {
  if (error.name === "CredentialsProviderError") return new ConnectorError("credentials_missing");
  // The transport's only timeout of its own is the one for making a connection; it has no system code.
  if (error.name === "TimeoutError" && !error.code && !deadlinePassed)
    return new ConnectorError("unreachable", "Connecting timed out.");
  const { code: systemCode, syscall } = error;
  return new ConnectorError(
    transportErrorCode({ syscall, systemCode }, deadlinePassed),
    systemCode && `(${systemCode})`,
  );
};

/** The header's seconds or HTTP date, in milliseconds from now. */
const retryAfterMs = (header: string | undefined): number | null => {
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return ms >= 0 ? ms : null;
};
