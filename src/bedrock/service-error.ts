import type { HttpResponse } from "@smithy/core/protocols";
import type { DeserializeMiddleware, MetadataBearer, MiddlewareStack } from "@smithy/types";
import { isObject, tryParseJson } from "../core/json.js";

type Headers = Readonly<Record<string, string>>;

/** An answer that is an error, before anybody has judged it. Nothing in it may be shown as it is. */
export class ServiceError extends Error {
  /** The service's own name of the error, such as ThrottlingException; empty where it gives none. */
  override readonly name: string;
  readonly status: number;
  /** False for what no API of AWS writes, such as a proxy's page. */
  readonly isJson: boolean;
  // The SDK learns the clock of the far side from them.
  readonly $response: { readonly statusCode: number; readonly headers: Headers };
  readonly $metadata = {};

  constructor(status: number, headers: Headers, body: string) {
    const json = tryParseJson(body);
    super(wordsIn(json));
    this.name = typeIn(headers, json);
    this.status = status;
    this.isJson = json !== undefined || this.name !== "";
    this.$response = { statusCode: status, headers };
  }
}

/** Takes the reading of errors from the SDK: it expects them in a form, and in another throws what tells nothing. */
export const throwServiceErrors = <Input extends object, Output extends MetadataBearer>({
  add,
}: Pick<MiddlewareStack<Input, Output>, "add">): void => {
  const middleware: DeserializeMiddleware<Input, Output> = (next) => async (args) => {
    const result = await next(args);
    const { statusCode, headers, body } = result.response as HttpResponse;
    if (statusCode < 300) return result;
    throw new ServiceError(statusCode, headers, await textOf(body));
  };
  add(middleware, { step: "deserialize", priority: "low", name: "serviceErrors" });
};

/** The body is whole where the usual transport carried it. */
export const textOf = async (body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> => {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/**
 * The error in an answer that says it is a success, as if it had come with its own status; `null` where the answer is
 * one. Some layers of AWS, and gateways before it, answer so.
 */
export const errorInSuccess = (headers: Headers, body: string): ServiceError | null => {
  // An answer is rarely so short, and is not read twice.
  if (!headers["x-amzn-errortype"] && (body.length > longestError || !errorMark.test(body))) return null;
  const json = tryParseJson(body);
  const inner = isObject(json) && isObject(json.Output) ? json.Output : json;
  const keys = isObject(inner) ? Object.keys(inner) : [];
  if (!headers["x-amzn-errortype"] && !(keys.some(isErrorKey) && keys.every(isBesideError))) return null;
  const { name } = new ServiceError(200, headers, body);
  return new ServiceError(statusOfType(name), headers, JSON.stringify(inner ?? null));
};

const longestError = 8_000;
const errorMark = /"(?:__type|error)"\s*:/;
const isErrorKey = (key: string): boolean => key === "__type" || key === "error";
/** Keys that say nothing but that something went wrong. */
const isBesideError = (key: string): boolean =>
  /^(?:__type|error|type|code|status|message|request_?id|version)$/i.test(key);

/** What is not known may have been billed, as after a failure of the service. */
export const statusOfType = (type: string): number => {
  if (/throttl|toomanyrequests|rate_limit|notready/i.test(type)) return 429;
  if (/unavailable|overloaded/i.test(type)) return 503;
  if (/validation|invalid_request/i.test(type)) return 400;
  if (/accessdenied|permission/i.test(type)) return 403;
  if (/notfound|not_found/i.test(type)) return 404;
  return 500;
};

/** The first name that anything gives it, without what stands around: `com.amazon#Name:http://…` is `Name`. */
const typeIn = (headers: Headers, json: unknown): string => {
  const { Output, error, ...own } = isObject(json) ? json : ({} as Record<string, unknown>);
  const [output, inner] = [Output, error].map((node) => (isObject(node) ? node : {}));
  const given = [
    headers["x-amzn-errortype"],
    own.__type,
    output?.__type,
    inner?.type,
    inner?.code,
    own.code,
    own.Code,
    own.type,
  ];
  const type = given.find((name): name is string => typeof name === "string" && name !== "");
  return (type?.split(/[:,]/)[0] ?? "").replace(/^.*#/, "").trim().slice(0, 100);
};

/** What a JSON answer says in words, whatever key they stand under. */
const wordsIn = (json: unknown): string => {
  const texts: string[] = [];
  const collect = (node: unknown, depth: number): void => {
    if (texts.length >= mostTexts) return;
    if (typeof node === "string") texts.push(node);
    else if (typeof node === "object" && node !== null && depth < deepest)
      for (const value of Object.values(node)) collect(value, depth + 1);
  };
  collect(json, 0);
  return (messageIn(json) ?? texts.join(" ")).slice(0, longestWords);
};

/** The text under the key for it: of the error itself, or of what it is wrapped in. */
const messageIn = (json: unknown, depth = 0): string | null => {
  if (!isObject(json) || depth >= deepest) return null;
  for (const [key, value] of Object.entries(json))
    if (messageKey.test(key) && typeof value === "string") return value;
  for (const value of Object.values(json)) {
    const inner = messageIn(value, depth + 1);
    if (inner !== null) return inner;
  }
  return null;
};

const mostTexts = 20;
const deepest = 4;
const longestWords = 4_000;
const messageKey = /^(?:error_?)?message$/i;
