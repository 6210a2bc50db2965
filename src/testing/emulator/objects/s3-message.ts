import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { HttpReply, WireRequest } from "../http-message.js";
import type { ObjectStore, Stored } from "./store.js";

/** A request to S3, its bucket in the path. */
interface Ask {
  readonly request: WireRequest;
  readonly query: URLSearchParams;
  readonly bucket: string;
  /** Empty where the bucket itself is meant. */
  readonly key: string;
}

/** The reply of an operation; `objects` are those of its bucket. */
export type ServeObject = (ask: Ask, store: ObjectStore, objects: Map<string, Stored>) => HttpReply;

/** `null` where the path's encoding is broken. */
export const readAsk = (request: WireRequest): Ask | null => {
  const [, bucket = "", ...rest] = request.path.split("/");
  try {
    const key = decodeURIComponent(rest.join("/"));
    return { request, query: new URLSearchParams(request.query), bucket, key };
  } catch {
    return null;
  }
};

export const s3Reply = (status: number, body = "", headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { "content-type": "application/xml", ...headers },
  body,
});

/** A refusal in the form of S3. */
export const s3Refusal = (status: number, code: string, message: string): HttpReply => ({
  ...s3Reply(status, `<Error><Code>${code}</Code><Message>${xml(message)}</Message></Error>`),
  errorType: code,
});

export const xml = (text: string): string =>
  text.replace(/[<>&"\r\n]/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** Texts of an element, wherever it stands. */
export const textsOf = (body: Buffer, element: string): string[] =>
  [...body.toString().matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) =>
    text.replace(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => {
      if (name.startsWith("#x")) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
      return name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : (entities[name] ?? whole);
    }),
  );

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A body that may come in pieces, signed or not, each behind a line with its length. */
export const payloadOf = ({ headers, body }: Pick<WireRequest, "headers" | "body">): Buffer => {
  if (!headers["content-encoding"]?.includes("aws-chunked")) return body;
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\r\n", at);
    const length = Number.parseInt(body.toString("latin1", at, end), 16);
    if (!length) break;
    pieces.push(body.subarray(end + 2, end + 2 + length));
    at = end + 4 + length;
  }
  return Buffer.concat(pieces);
};

/** The refusal of a body that is not what its sender says: by an MD5 or a CRC-32, before or behind it; `null` where it is. */
export const badDigest = (request: WireRequest): HttpReply | null => {
  const { headers, body } = request;
  const trailer = /\r\nx-amz-checksum-crc32:([\w+/=]+)/.exec(
    body.toString("latin1", Math.max(0, body.length - 500)),
  );
  const crc = headers["x-amz-checksum-crc32"] ?? (headers["x-amz-trailer"] ? trailer?.[1] : undefined);
  const md5 = headers["content-md5"];
  if (crc === undefined && md5 === undefined) return null;
  const bytes = payloadOf(request);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  const isWhole =
    (crc === undefined || crc === sum.toString("base64")) &&
    (md5 === undefined || md5 === createHash("md5").update(bytes).digest("base64"));
  return isWhole
    ? null
    : s3Refusal(
        400,
        "BadDigest",
        "The Content-MD5 or checksum value that you specified did not match what the server received.",
      );
};

/** Why a write on a condition does not happen; `null` where it does. */
export const refusedWrite = (
  { headers }: WireRequest,
  stored: Pick<Stored, "etag"> | undefined,
): HttpReply | null => {
  const { "if-none-match": none, "if-match": match } = headers;
  if (match !== undefined && !stored) return s3Refusal(404, "NoSuchKey", "The specified key does not exist.");
  const holds = (none !== "*" || !stored) && (match === undefined || match === stored?.etag);
  return holds ? null : preconditionFailed;
};

export const preconditionFailed = s3Refusal(
  412,
  "PreconditionFailed",
  "At least one of the pre-conditions you specified did not hold",
);
