import { randomUUID } from "node:crypto";
import type {
  BedrockRuntimeClient,
  InvokeModelCommandInput,
  InvokeModelCommandOutput,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-bedrock-runtime";
import { HttpRequest, type HttpResponse } from "@smithy/core/protocols";
import type { DeserializeMiddleware, InitializeHandlerOutput, InitializeMiddleware } from "@smithy/types";
import { createSign, timeStamp, type Unsigned } from "./sign.js";

/** What a call came to, with the headers that the SDK hides: some families' token counts stand nowhere else. */
export type AnswerWithHeaders = InvokeModelCommandOutput & Pick<HttpResponse, "headers">;

/**
 * The requests of a client to one model differ in their body and metadata alone, and in what follows from them. So the SDK makes
 * the first one with all its steps, and the next ones are filled into its form. What is not a plain success goes
 * back to the SDK to be judged. A form is made anew every minute, and with it the SDK's correction of the clock.
 * `apiKey` is what calls carry at this moment; `null` where they are signed.
 */
export const takeShortcuts = (
  client: BedrockRuntimeClient,
  region: string,
  apiKey: () => string | null,
): void => {
  const forms = new Map<string, { readonly form: HttpRequest; readonly until: number }>();
  const sign = createSign(region);

  /** The headers that a request is sent with; `null` where the SDK would send others. */
  const authorise = async (request: Unsigned, stamp: string): Promise<Record<string, string> | null> => {
    const { Authorization: bearer } = request.headers;
    if (bearer === undefined) return sign(request, await client.config.credentials(), stamp);
    return bearer === `Bearer ${apiKey()}` ? { ...request.headers } : null;
  };

  /** Sends a request in a known form; `null` where there is none. */
  const fillForm = async ({
    modelId = "",
    body,
    requestMetadata,
  }: InvokeModelCommandInput): Promise<HttpResponse | null> => {
    const known = forms.get(modelId);
    if (!known || known.until < Date.now()) return null;
    const { form } = known;
    const bytes = Buffer.from(body as string);
    const own = {
      "content-length": String(bytes.length),
      "amz-sdk-invocation-id": randomUUID(),
      ...(typeof requestMetadata === "string" && { [metadataHeader]: requestMetadata }),
    };
    const request = { ...form, headers: { ...form.headers, ...own }, body: bytes };
    const headers = await authorise(request, timeStamp(Date.now() + client.config.systemClockOffset));
    if (!headers) return null;
    const { response } = await client.config.requestHandler.handle(new HttpRequest({ ...request, headers }));
    return response;
  };

  const send: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
    if (!isCall(args.input)) return next(args);
    const response = await fillForm(args.input);
    if (response?.statusCode === 200 && response.body instanceof Uint8Array)
      return withHeaders({ response, output: { body: response.body, $metadata: {} } as ServiceOutputTypes });
    return withHeaders(await next(response ? ({ ...args, response } as typeof args) : args));
  };

  /**
   * Stands where the SDK is about to send: takes the form of what was answered, or hands on what is there already.
   */
  const learn: DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
    const { response } = args as { response?: HttpResponse };
    if (response) return { response } as Awaited<ReturnType<typeof next>>;
    const result = await next(args);
    if (!isCall(args.input)) return result;
    const { modelId = "" } = args.input;
    const request = args.request as HttpRequest;
    const form = formOf(request);
    const stamp = request.headers["x-amz-date"] ?? "";
    const headers = await authorise({ ...form, body: request.body }, stamp);
    // What is not signed here as the SDK signs it goes the SDK's way.
    if (headers?.authorization === request.headers.authorization)
      forms.set(modelId, { form, until: Date.now() + lifetimeMs });
    return result;
  };

  client.middlewareStack.add(send, { step: "initialize", priority: "high", name: "bedrockShortcut" });
  client.middlewareStack.add(learn, { step: "deserialize", priority: "low", name: "bedrockForm" });
};

/** Not so are CountTokens and calls whose answers are streamed. */
const isCall = (input: ServiceInputTypes): input is InvokeModelCommandInput =>
  "body" in input && !("onPart" in input);

const metadataHeader = "x-amzn-bedrock-request-metadata";

const lifetimeMs = 60_000;

/** The request before it was signed, without its body. */
const formOf = (request: HttpRequest): HttpRequest => {
  const form = HttpRequest.clone(request);
  form.body = undefined;
  for (const name of addedBySigning) delete form.headers[name];
  return form;
};

const addedBySigning = ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"];

const withHeaders = <Result extends InitializeHandlerOutput<ServiceOutputTypes>>(result: Result): Result => {
  const { headers } = result.response as HttpResponse;
  return { ...result, output: { ...result.output, headers } };
};
