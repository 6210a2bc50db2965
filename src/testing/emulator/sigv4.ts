import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { type HttpReply, refuse, type WireRequest } from "./http-message.js";

/** Key pairs the emulator knows, by access key id. Temporary ones have a session token and an end (epoch ms). */
export type Accounts = Map<string, Account>;

interface Account {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expires?: number;
}

const clockToleranceMs = 5 * 60_000;

/**
 * Checks AWS Signature Version 4 as the service does: the key, the clock, the scope, then the signature over
 * method, path, query, signed headers and the hash of the body. `null` when all is well. The service's clock is
 * `clockMinutes` ahead of this machine's.
 */
export const checkSignature = (
  request: WireRequest,
  service: string,
  accounts: Accounts,
  clockMinutes = 0,
): HttpReply | null => {
  const header = request.headers.authorization;
  if (!header) return refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  const claim = readAuthorization(header);
  const stamp = headerText(request, "x-amz-date");
  if (!claim || !amzDate.test(stamp) || !claim.signedHeaders.includes("host"))
    return refuse(
      400,
      "IncompleteSignatureException",
      "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' with 'host', and the request an 'X-Amz-Date'.",
    );
  const account = accounts.get(claim.accessKeyId);
  if (!account || (account.sessionToken ?? "") !== headerText(request, "x-amz-security-token"))
    return refuse(
      403,
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    );
  if (account.expires !== undefined && account.expires <= Date.now())
    return refuse(403, "ExpiredTokenException", "The security token included in the request is expired");
  const fault = clockFault(stamp, Date.now() + clockMinutes * 60_000) ?? scopeFault(claim, stamp, service);
  if (fault) return refuse(403, "InvalidSignatureException", fault);
  const expected = sign(request, claim, stamp, account.secretAccessKey);
  if (timingSafeEqual(expected, Buffer.from(claim.signature, "hex"))) return null;
  return refuse(403, "InvalidSignatureException", mismatch);
};

const mismatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

interface Claim {
  readonly accessKeyId: string;
  readonly scope: readonly [date: string, region: string, service: string, end: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const authorization =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;

const readAuthorization = (header: string): Claim | null => {
  const [, accessKeyId, date, region, service, end, signed, signature] = authorization.exec(header) ?? [];
  if (!accessKeyId || !date || !region || !service || !end || !signed || !signature) return null;
  return { accessKeyId, scope: [date, region, service, end], signedHeaders: signed.split(";"), signature };
};

const amzDate = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const toAmzDate = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");

const clockFault = (stamp: string, now: number): string | null => {
  const time = Date.parse(stamp.replace(amzDate, "$1-$2-$3T$4:$5:$6Z"));
  if (time >= now - clockToleranceMs && time <= now + clockToleranceMs) return null;
  const current = toAmzDate(now);
  return time > now
    ? `Signature not yet current: ${stamp} is still later than ${toAmzDate(now + clockToleranceMs)} (${current} + 5 min.)`
    : `Signature expired: ${stamp} is now earlier than ${toAmzDate(now - clockToleranceMs)} (${current} - 5 min.)`;
};

const scopeFault = (
  { scope: [date, , scoped, end] }: Claim,
  stamp: string,
  service: string,
): string | null => {
  if (date !== stamp.slice(0, 8))
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${stamp.slice(0, 8)}', from '${stamp}'.`;
  if (scoped !== service) return `Credential should be scoped to correct service: '${service}'.`;
  return end === "aws4_request"
    ? null
    : "Credential should be scoped with a valid terminator: 'aws4_request'.";
};

const sign = (request: WireRequest, claim: Claim, stamp: string, secret: string): Buffer => {
  const canonical = [
    request.method,
    // S3 alone takes the path as it was sent.
    claim.scope[2] === "s3" ? request.path : request.path.split("/").map(encode).join("/"),
    canonicalQuery(request.query),
    ...claim.signedHeaders.map((name) => `${name}:${headerText(request, name)}`),
    "",
    claim.signedHeaders.join(";"),
    payloadHash(request, claim),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", stamp, claim.scope.join("/"), sha256(canonical)].join("\n");
  return hmac(signingKey(secret, claim.scope), toSign);
};

/** The key of a secret for a day, a region and a service. The last one is kept: what comes next mostly has the same. */
const signingKey = (secret: string, scope: Claim["scope"]): string | Buffer => {
  const name = [secret, ...scope].join("/");
  if (lastKey?.name === name) return lastKey.key;
  const key = scope.reduce<string | Buffer>((secretSoFar, part) => hmac(secretSoFar, part), `AWS4${secret}`);
  lastKey = { name, key };
  return key;
};

let lastKey: { readonly name: string; readonly key: string | Buffer } | undefined;

/** S3 takes the client's word where the body is not signed, or in pieces. */
const payloadHash = (request: WireRequest, { scope }: Claim): string => {
  const said = scope[2] === "s3" ? headerText(request, "x-amz-content-sha256") : "";
  return said === "UNSIGNED-PAYLOAD" || said.startsWith("STREAMING-") ? said : sha256(request.body);
};

/** AWS percent-encodes everything but the unreserved characters of RFC 3986. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([key, value]) => `${encode(key)} ${encode(value)}`)
    .sort() // By key, then value: a space goes before every character of either.
    .map((pair) => pair.replace(" ", "="))
    .join("&");

const headerText = ({ headers }: WireRequest, name: string): string =>
  String(headers[name] ?? "")
    .trim()
    .replace(/ +/g, " ");

const sha256 = (data: string | Buffer): string => hash("sha256", data, "hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();
