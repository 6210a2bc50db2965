import { isObject, tryParseJson } from "../../core/json.js";
import { type HttpReply, refuse, type WireRequest } from "./http-message.js";

/** The metadata of a call: InvokeModel has it in a header, Converse in its body. */
export const metadataOf = ({ headers }: Pick<WireRequest, "headers">, body: unknown): unknown => {
  const header = headers["x-amzn-bedrock-request-metadata"];
  if (header !== undefined) return tryParseJson(String(header)) ?? null;
  return isObject(body) ? body.requestMetadata : undefined;
};

/** What the service says of metadata that it does not take; `null` where it takes them, or there are none. */
export const refuseMetadata = (request: Pick<WireRequest, "headers">, body: unknown): HttpReply | null => {
  const given = metadataOf(request, body);
  if (given === undefined) return null;
  const { authorization = "", ...others } = request.headers;
  if ("x-amzn-bedrock-request-metadata" in others && !isSigned(authorization))
    return refuse(
      403,
      "InvalidSignatureException",
      "The header x-amzn-bedrock-request-metadata is not among the SignedHeaders.",
    );
  const isFit =
    isObject(given) &&
    Object.keys(given).length <= mostEntries &&
    Object.entries(given).every(([key, value]) => word.test(key) && key !== "" && word.test(String(value)));
  return isFit
    ? null
    : refuse(
        400,
        "ValidationException",
        `1 validation error detected: requestMetadata must be at most ${mostEntries} entries of up to 256 characters of ${word.source}`,
      );
};

const mostEntries = 16;
const word = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;

/** An API key signs nothing. */
const isSigned = (authorization: string): boolean =>
  authorization.startsWith("Bearer ") ||
  /SignedHeaders=[^,]*x-amzn-bedrock-request-metadata/.test(authorization);
