import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { LogDraft } from "./logs/log-store.js";

/** One request as it came in. The path keeps its percent-encoding: the signature covers it as sent. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A family of operations: each has a streaming sister. */
export type Api = "invoke_model" | "converse";

/** What goes back. `errorType` is set on a refusal, `isAnswer` on a model's answer, and on nothing else. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Frames, or the bytes of an object, that are sent in place of the body. */
  readonly stream?: Buffer;
  readonly errorType?: string;
  readonly isAnswer?: true;
  /** What the account's logs hold of the call, once it is over. */
  readonly log?: (() => LogDraft) | undefined;
  /** How it goes out, where it does not go out whole and at once. */
  readonly delivery?: Delivery;
}

/** What can befall a reply on its way: faults below HTTP. */
export type Delivery =
  /** The connection ends without a response. */
  | { readonly kind: "reset_after" }
  /** Nothing is ever sent. */
  | { readonly kind: "stall_headers" }
  /** Headers and half of the body, then nothing. */
  | { readonly kind: "stall_body" }
  /** Headers and half of the body, then the connection ends. */
  | { readonly kind: "torn_body" }
  /** In 20 pieces at most, `everyMs` apart (default 20). */
  | { readonly kind: "drip"; readonly everyMs?: number };

/** The services' limits for a body, in bytes. */
const maxBodyBytes = 25_000_000;
const maxObjectBytes = 5_000_000_000;

export const isForS3 = ({ headers }: Pick<WireRequest, "headers">): boolean =>
  /Credential=[^,]*\/s3\/aws4_request/.test(headers.authorization ?? "");

/** A refusal in Bedrock's wire form: the error's name in a header, its message in a JSON body. */
export const refuse = (status: number, errorType: string, message: string): HttpReply => ({
  status,
  headers: {
    "content-type": "application/json",
    "x-amzn-errortype": `${errorType}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  },
  body: JSON.stringify({ message }),
  errorType,
});

/** Reads the whole request. `null` where its body is over the limit; the rest of it is still taken in, unstored. */
export const receiveRequest = async (incoming: IncomingMessage): Promise<WireRequest | null> => {
  const most = isForS3(incoming) ? maxObjectBytes : maxBodyBytes;
  const body = await bodyOf(incoming, most);
  if (!body) return null;
  const [path = "/", ...query] = (incoming.url ?? "/").split("?");
  return {
    method: incoming.method ?? "GET",
    path,
    query: query.join("?"),
    headers: incoming.headers,
    body,
  };
};

/** Rejects when the client goes away before its end. */
const bodyOf = (incoming: IncomingMessage, most: number): Promise<Buffer | null> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= most) chunks.push(chunk);
    });
    incoming.once("end", () => resolve(bytes > most ? null : Buffer.concat(chunks)));
    incoming.once("error", reject);
    incoming.once("close", () => reject(new Error("The client has gone away.")));
  });

/** The region that the request is signed for; an API key does not name one. */
export const regionOf = ({ headers }: Pick<WireRequest, "headers">): string =>
  /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "us-east-1";
