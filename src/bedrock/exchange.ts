import { brotliDecompressSync, constants, gunzipSync, inflateSync, type ZlibOptions } from "node:zlib";
import { HttpResponse } from "@smithy/core/protocols";
import type { Dispatcher } from "undici";

type Head = Pick<HttpResponse, "statusCode" | "headers">;

/** Sees the parts of an answer's body as they come, with the head that came before them. */
export type OnPart = (part: Buffer, head: Head) => void;

/** A request that got no whole answer. */
class TransportError extends Error {
  override readonly name = "TransportError";
  /** The system's word or undici's, such as ECONNREFUSED. */
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  /** False where it is certain that no part of the request has left. */
  readonly sent: boolean;
  readonly deadlinePassed: boolean;
  /** The head of an answer that broke off; the SDK's own errors have it under the same name. */
  readonly $response: Head | undefined;

  constructor(cause: Error, state: { sent: boolean; deadlinePassed: boolean; head: Head | undefined }) {
    super(cause.message, { cause });
    const { code, syscall } = cause as NodeJS.ErrnoException;
    this.code = code;
    this.syscall = syscall;
    this.sent = state.sent;
    this.deadlinePassed = state.deadlinePassed;
    this.$response = state.head;
  }
}

/**
 * One request and its whole answer, the body as bytes. Rejects with a `TransportError`. Nothing is sent twice. A
 * signal is a deadline that many requests share; `onPart` must not throw.
 */
export const exchange = (
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  deadlineMs: number,
  signal?: AbortSignal,
  onPart?: OnPart,
): Promise<{ response: HttpResponse }> =>
  new Promise((resolve, reject) => {
    let request: Dispatcher.DispatchController | undefined;
    let head: Head | undefined;
    let deadlinePassed = false;
    const chunks: Buffer[] = [];
    let room = Number.POSITIVE_INFINITY;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", expire);
    };
    const fail = (cause: Error): void => {
      settle();
      reject(new TransportError(cause, { sent: request !== undefined, deadlinePassed, head }));
    };
    const expire = (): void => {
      deadlinePassed = true;
      const late = new Error("The deadline has passed.");
      if (request) request.abort(late);
      else fail(late);
    };
    const end = (): void => {
      settle();
      const [only] = chunks;
      const { statusCode, headers } = head as Head;
      try {
        const body = unpacked(only && chunks.length === 1 ? only : Buffer.concat(chunks), headers);
        resolve({ response: new HttpResponse({ statusCode, headers, body }) });
      } catch (cause) {
        fail(cause as Error);
      }
    };
    // What an answer says stands in all of it; why there is none, at its beginning, or in its status alone.
    const isRefusal = (): boolean => head !== undefined && head.statusCode >= 300;
    const giveUp = (controller: Dispatcher.DispatchController): void => {
      if (isRefusal()) end();
      controller.abort(answerTooLong());
    };
    const timer = setTimeout(expire, deadlineMs);
    if (signal?.aborted) return expire();
    signal?.addEventListener("abort", expire);

    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        // It has a connection and is about to be written. Given up meanwhile, or started once before, it is not.
        if (deadlinePassed || request) controller.abort(new Error("It is not to be sent."));
        else request = controller;
      },
      onResponseStart(_, statusCode, headers) {
        // What is below 200 announces the answer.
        if (statusCode < 200) return;
        head = { statusCode, headers: joined(headers) };
        room = statusCode < 300 ? longestAnswer : longestRefusal;
      },
      onResponseData(controller, chunk) {
        room -= chunk.length;
        if (room < 0) return giveUp(controller);
        chunks.push(chunk);
        if (head) onPart?.(chunk, head);
      },
      onResponseEnd: end,
      onResponseError(_, error) {
        if (isRefusal()) end();
        else fail(error);
      },
    });
  });

/** The code of an answer that was not read to its end. */
export const tooLong = "ANSWER_TOO_LONG";

/** Bytes: twice what Bedrock gives, and more than any error has to say. */
const longestAnswer = 50_000_000;
const longestRefusal = 1_000_000;

/**
 * A body without the compression that a gateway gave it unasked; of one that was cut, as much as there is. An answer that
 * is longer than any of Bedrock's is none. @throws Error
 */
const unpacked = (body: Buffer, { "content-encoding": encoding = "" }: Head["headers"]): Buffer => {
  const unpack = unpackers[encoding.trim().toLowerCase()];
  if (!unpack || body.length === 0) return body;
  try {
    return unpack(body, { maxOutputLength: longestAnswer, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") return body;
    throw answerTooLong();
  }
};

const unpackers: Readonly<Record<string, (body: Buffer, options: ZlibOptions) => Buffer>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: (body, { maxOutputLength }) => brotliDecompressSync(body, { maxOutputLength }),
};

const answerTooLong = (): Error => Object.assign(new Error("The answer is too long."), { code: tooLong });

/** A header that came more than once is one value. */
const joined = (headers: Record<string, string | string[] | undefined>): Record<string, string> => {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(", ");
  }
  return headers as Record<string, string>;
};
