import { randomUUID } from "node:crypto";
import type { HttpReply, WireRequest } from "./http-message.js";
import { type Accounts, checkSignature } from "./sigv4.js";

export const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** The refusal of a caller that STS, or IAM, does not know, in their words; `null` for one that it knows. */
export const refuseCaller = (
  request: WireRequest,
  accounts: Accounts,
  clockMinutes = 0,
  service: "sts" | "iam" = "sts",
): HttpReply | null => {
  const refusal = checkSignature(request, service, accounts, clockMinutes);
  if (!refusal?.errorType) return null;
  const { message } = JSON.parse(refusal.body) as { message: string };
  return stsError(refusal.status, stsCodes[refusal.errorType] ?? refusal.errorType, message);
};

/** The name of the operation that a request to STS or IAM asks for, if it is one. */
export const stsAction = ({ method, path, body }: WireRequest): string | null =>
  method === "POST" && path === "/" ? new URLSearchParams(body.toString()).get("Action") : null;

/** STS and IAM have their own names for what other services say of a bad signature. */
const stsCodes: Readonly<Record<string, string>> = {
  InvalidSignatureException: "SignatureDoesNotMatch",
  UnrecognizedClientException: "InvalidClientTokenId",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  IncompleteSignatureException: "IncompleteSignature",
  ExpiredTokenException: "ExpiredToken",
};

export const stsError = (status: number, code: string, message: string): HttpReply => ({
  ...stsReply(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code>` +
      `<Message>${message.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</Message></Error>` +
      `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  ),
  errorType: code,
});

export const stsReply = (status: number, body: string): HttpReply => ({
  status,
  headers: { "content-type": "text/xml" },
  body,
});
