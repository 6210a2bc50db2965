import { hash } from "node:crypto";
import {
  type BedrockRuntimeClient,
  InvokeModelCommand,
  type InvokeModelCommandInput,
  type InvokeModelCommandOutput,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-bedrock-runtime";
import type { HttpRequest, HttpResponse } from "@smithy/core/protocols";
import type {
  DeserializeMiddleware,
  InitializeHandlerOutput,
  InitializeMiddleware,
  HttpRequest as PlainRequest,
  RequestSigner,
} from "@smithy/types";

/** What a call came to, with the headers that the SDK hides: some families' token counts stand nowhere else. */
export type AnswerWithHeaders = InvokeModelCommandOutput & Pick<HttpResponse, "headers">;

/** Makes one call. Rejects as the SDK does. */
export type SendCall = (
  input: InvokeModelCommandInput,
) => Promise<Pick<AnswerWithHeaders, "body" | "headers">>;

/** The request that every call of a model is made of. */
interface Form {
  /** All of it but its headers and body. */
  readonly line: Omit<PlainRequest, "headers" | "body">;
  /** Without those that are of one call alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** The SDK's own; `null` where the request carries an API key. */
  readonly signer: RequestSigner | null;
  readonly until: number;
}

/**
 * The requests of a client to one model differ in their body and metadata alone. So the SDK makes the first one with all
 * its steps, and the next ones are filled into its form and signed. What is not a plain success goes back to the SDK to be
 * judged. A form is made anew every minute, and with it the SDK's correction of the clock. `apiKey` is what calls carry at
 * this moment; `null` where they are signed.
 */
export const takeShortcuts = (
  client: BedrockRuntimeClient,
  region: string,
  apiKey: () => string | null,
): SendCall => {
  const { config, middlewareStack } = client;
  const forms = new Map<string, Form>();

  /** The known form of a call; `null` where it has to be learned. */
  const formOf = (input: InvokeModelCommandInput): Form | null => {
    const form = forms.get(formName(input));
    if (!form || form.until < Date.now()) return null;
    return form.signer || form.headers.Authorization === `Bearer ${apiKey()}` ? form : null;
  };

  /** By the SDK's own steps, or by those alone that come after an answer. Without options, which would turn its cache off. */
  const bySdk = (input: InvokeModelCommandInput, response?: HttpResponse) =>
    client.send(
      new InvokeModelCommand(response ? { ...input, ...{ response } } : input),
    ) as Promise<AnswerWithHeaders>;

  /** Stands where the SDK is about to send: takes the form of what was answered, or hands on what is there already. */
  const learn: DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
    const { response } = args.input as { response?: HttpResponse };
    if (response) return { response } as Awaited<ReturnType<typeof next>>;
    const result = await next(args);
    if (!isCall(args.input)) return result;
    const request = args.request as HttpRequest;
    const { authorization = "", Authorization: bearer } = request.headers;
    // What is authorised in another way is left to the SDK.
    const isSigned = authorization.includes(`/${region}/bedrock/aws4_request,`);
    if (isSigned || bearer !== undefined)
      forms.set(formName(args.input), {
        ...withoutOwn(request),
        signer: isSigned ? await config.signer() : null,
        until: Date.now() + lifetimeMs,
      });
    return result;
  };

  middlewareStack.add(showHeaders, { step: "initialize", priority: "high", name: "bedrockHeaders" });
  middlewareStack.add(learn, { step: "deserialize", priority: "low", name: "bedrockForm" });

  return async (input) => {
    const form = formOf(input);
    if (!form) return bySdk(input);
    const request = filled(form, input);
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const ready = form.signer ? await form.signer.sign(request, { signingDate }) : request;
    const { response } = await config.requestHandler.handle(ready as HttpRequest);
    return isPlainSuccess(response) ? response : bySdk(input, response);
  };
};

const isPlainSuccess = (
  response: HttpResponse,
): response is HttpResponse & { body: AnswerWithHeaders["body"] } =>
  response.statusCode === 200 && response.body instanceof Uint8Array;

/** Not so are CountTokens and calls whose answers are streamed. */
const isCall = (input: ServiceInputTypes): input is InvokeModelCommandInput =>
  "body" in input && !("onPart" in input);

const filled = (form: Form, { body: text, requestMetadata }: InvokeModelCommandInput): PlainRequest => {
  const body = Buffer.from(text as string);
  const own = {
    ...(typeof requestMetadata === "string" && { [metadataHeader]: requestMetadata }),
    // The signer takes a hash that is there as it stands.
    ...(form.signer && { [bodyHashHeader]: hash("sha256", body, "hex") }),
  };
  return { body, headers: { ...own, ...form.headers }, ...form.line };
};

const metadataHeader = "x-amzn-bedrock-request-metadata";
const bodyHashHeader = "x-amz-content-sha256";

const lifetimeMs = 60_000;

const withoutOwn = (sent: HttpRequest): Pick<Form, "line" | "headers"> => {
  const { method, protocol, hostname, port, path, query, headers } = sent;
  const shared = Object.entries(headers).filter(([name]) => !leftOut.includes(name));
  return {
    line: { method, protocol, hostname, ...(port !== undefined && { port }), path, query },
    headers: Object.fromEntries(shared),
  };
};

/**
 * What names one call, what signing adds, what counts the SDK's attempts at a call, and what the transport or another header says
 * as well.
 */
const leftOut = [
  metadataHeader,
  ...["authorization", "x-amz-date", bodyHashHeader, "x-amz-security-token"],
  ...["amz-sdk-invocation-id", "amz-sdk-request"],
  ...["content-length", "x-amz-user-agent"],
];

const showHeaders: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
  const result = await next(args);
  return isCall(args.input) ? withHeaders(result) : result;
};

const withHeaders = <Result extends InitializeHandlerOutput<ServiceOutputTypes>>(result: Result): Result => {
  const { headers } = result.response as HttpResponse;
  return { ...result, output: { ...result.output, headers } };
};

/** What a form is known by: calls of one client differ in these beside their bodies. */
const formName = ({ modelId, serviceTier }: Partial<InvokeModelCommandInput>): string =>
  `${serviceTier ?? ""} ${modelId ?? ""}`;
