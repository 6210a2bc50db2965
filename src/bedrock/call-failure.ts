import { ConnectorError } from "../core/errors.js";
import {
  credentialsErrorCode,
  isKnownType,
  isOfUnknownAuthority,
  notTls,
  proxyErrorCode,
  serviceErrorCode,
  transportErrorCode,
} from "./classify.js";
import { tooLong } from "./exchange.js";
import { redact } from "./redact.js";
import { requestIdIn } from "./response-headers.js";
import { ServiceError } from "./service-error.js";
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
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}

/** Takes out of a service's words what must not be shown. */
type Censor = (words: string) => string;

/** Turns what a call threw into the connector's error. */
export const callFailure = (thrown: unknown, censor: Censor): ConnectorError => {
  if (thrown instanceof ConnectorError) return thrown;
  const error = thrown as SdkError;
  if (thrown instanceof ServiceError && !error.deadlinePassed) return answeredError(thrown, censor);
  const { headers = {} } = error.$response ?? {};
  if (error.$response === undefined || error.deadlinePassed) return withoutAnswer(error);
  const fault =
    error.code === tooLong
      ? "It is longer than 50 MB, and was not read to its end: Bedrock gives 25 MB."
      : "It broke off before its end.";
  return new ConnectorError("unreadable_response", fault, {
    requestId: requestIdIn(headers),
  });
};

const answeredError = (error: ServiceError, censor: Censor): ConnectorError => {
  const { status, name, message, isJson } = error;
  const { headers } = error.$response;
  const code = serviceErrorCode(name, status, message);
  return new ConnectorError(code, isJson ? inWords(error, censor) : notBedrocks(status), {
    requestId: requestIdIn(headers),
    retryAfterMs: retryAfterMs(headers["retry-after"]),
    // A page of a proxy may be an answer to what the row says.
    ...(!isJson && { scope: "either" }),
  });
};
const notBedrocks = (status: number): string =>
  status < 400
    ? `${status}: the answer points to another place, as Bedrock's never does. A proxy or a sign-in page may have given it.`
    : `${status}, and the answer is not Bedrock's: a proxy may have given it.`;

const inWords = ({ status, name, message }: ServiceError, censor: Censor): string => {
  const [paragraph = ""] = message.split(endOfParagraph);
  const words = censor(paragraph);
  const type = isKnownType(name) ? ` ${name}` : "";
  return `${status}${type}${words === "" ? "" : `: ${words}`}`;
};

/** Of a signature error only the first paragraph says what happened: the others show what was signed. */
const endOfParagraph = /\n\s*\n/;

/** Turns what a credential provider threw into the connector's error. Nothing was sent to Bedrock. */
export const credentialsFailure = (thrown: unknown, secrets: readonly string[]): ConnectorError => {
  if (thrown instanceof ConnectorError) return thrown;
  const error = thrown as SdkError;
  if (error.cause instanceof ProxyError) return withoutAnswer(error);
  const code = error.code ?? typeOf(error);
  return new ConnectorError(
    credentialsErrorCode(typeOf(error), error.message ?? ""),
    `${code}: ${redact((error.message ?? "").split(endOfParagraph)[0] ?? "", secrets)}`,
  );
};

const typeOf = ({ name = "" }: SdkError): string => (/^\w{1,64}$/.test(name) ? name : "Error");

const withoutAnswer = (error: SdkError): ConnectorError => {
  const { syscall, sent = true, proxy, cause } = error;
  const through = proxy ? `, through ${proxy}` : "";
  if (cause instanceof ProxyError)
    return new ConnectorError(proxyErrorCode(cause), `${cause.message.replace(/^the/, "The")}.`);
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
