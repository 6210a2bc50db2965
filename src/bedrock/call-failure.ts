import { ConnectorError } from "../core/errors.js";
import {
  credentialsErrorCode,
  isOfUnknownAuthority,
  notTls,
  proxyErrorCode,
  serviceErrorCode,
  transportErrorCode,
} from "./classify.js";
import { redact } from "./redact.js";
import { ProxyError } from "./through-proxy.js";

/** The parts of the SDK's errors and of the transport's that tell what happened. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  /** Absent where the transport does not tell. */
  readonly sent?: boolean;
  readonly deadlinePassed?: boolean;
  /** The proxy between, by its name. */
  readonly proxy?: string;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}

/** What must not be quoted: the body that was sent, and the connection's secrets. */
interface Confidential {
  readonly body: string;
  readonly secrets: readonly string[];
}

/** Turns what a call threw into the connector's error. */
export const callFailure = (thrown: unknown, confidential: Confidential): ConnectorError => {
  if (thrown instanceof ConnectorError) return thrown;
  const error = thrown as SdkError;
  const status = error.$response?.statusCode ?? error.$metadata?.httpStatusCode;
  const requestId = error.$metadata?.requestId ?? error.$response?.headers?.["x-amzn-requestid"] ?? null;
  if (status === undefined || error.deadlinePassed) return withoutAnswer(error);
  if (status < 300)
    return new ConnectorError("unreadable_response", "It broke off before its end.", { requestId });
  const type = typeOf(error);
  return new ConnectorError(
    serviceErrorCode(type, status, error.message ?? ""),
    type === "SyntaxError"
      ? `${status}, and the answer is not Bedrock's: a proxy may have given it.`
      : `${status} ${type}: ${quotable(error.message, confidential)}`,
    { requestId, retryAfterMs: retryAfterMs(error.$response?.headers?.["retry-after"]) },
  );
};

/** Turns what a credential provider threw into the connector's error. Nothing was sent to Bedrock. */
export const credentialsFailure = (thrown: unknown, secrets: readonly string[]): ConnectorError => {
  if (thrown instanceof ConnectorError) return thrown;
  const error = thrown as SdkError;
  if (error.cause instanceof ProxyError) return withoutAnswer(error);
  const code = error.code ?? typeOf(error);
  return new ConnectorError(
    credentialsErrorCode(typeOf(error), error.message ?? ""),
    `${code}: ${quotable(error.message, { body: "", secrets })}`,
  );
};

const typeOf = ({ name = "" }: SdkError): string => (/^\w{1,64}$/.test(name) ? name : "Error");

/** Of a signature error only the first paragraph: the others show what was signed. */
const quotable = (message = "", { body, secrets }: Confidential): string => {
  const [paragraph = ""] = message.split(/\n\s*\n/);
  const bare = secrets.reduce((text, secret) => text.replaceAll(secret, "…"), paragraph);
  return redact(bare.replace(/(Bearer|Credential=|Signature=|security-token:)\s*\S+/gi, "$1…"), body);
};

const withoutAnswer = (error: SdkError): ConnectorError => {
  const { syscall, sent = true, proxy, cause } = error;
  const through = proxy ? `, through ${proxy}` : "";
  if (cause instanceof ProxyError) return new ConnectorError(proxyErrorCode(cause), `${cause.message}.`);
  // The SDK's word for a signal's deadline; the transport gives up by that signal too, but is not waited for.
  const deadlinePassed = error.deadlinePassed || error.name === "AbortError";
  if (error.code === "UND_ERR_CONNECT_TIMEOUT" || (deadlinePassed && !sent))
    return new ConnectorError("unreachable", `Connecting timed out${through}.`);
  // EPROTO alone may also come after the request was sent.
  const systemCode = /wrong version number/.test(error.message ?? "") ? notTls : error.code;
  const advice = isOfUnknownAuthority(systemCode) ? unknownAuthority : "";
  return new ConnectorError(
    transportErrorCode({ syscall, systemCode, sent }, deadlinePassed),
    systemCode && `(${systemCode}${through})${advice}`,
  );
};

const unknownAuthority =
  ": no authority that is known here signed the certificate. Where a proxy or gateway looks into TLS, have " +
  "AWS_CA_BUNDLE name a file with its authority's certificate in PEM.";

/** The header's seconds or HTTP date, in milliseconds from now. */
const retryAfterMs = (header: string | undefined): number | null => {
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return ms >= 0 ? ms : null;
};
