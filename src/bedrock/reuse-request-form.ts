import { randomUUID } from "node:crypto";
import type {
  BedrockRuntimeClient,
  InvokeModelCommandInput,
  InvokeModelCommandOutput,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-bedrock-runtime";
import { HttpRequest, type HttpResponse } from "@smithy/core/protocols";
import type {
  DeserializeMiddleware,
  InitializeHandlerOutput,
  InitializeMiddleware,
  RequestSigner,
} from "@smithy/types";

/** What a call came to, with the headers that the SDK hides: some families' token counts stand nowhere else. */
export type AnswerWithHeaders = InvokeModelCommandOutput & Pick<HttpResponse, "headers">;

/** The request that every call of a model is made of. */
interface Form {
  /** Without its body and what signing added. */
  readonly request: HttpRequest;
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
): void => {
  const forms = new Map<string, Form>();

  /** Sends a request in a known form; `null` where there is none. */
  const fillForm = async ({
    body,
    requestMetadata,
    ...input
  }: InvokeModelCommandInput): Promise<HttpResponse | null> => {
    const form = forms.get(formName(input));
    if (!form || form.until < Date.now()) return null;
    const { signer } = form;
    const bytes = Buffer.from(body as string);
    const request = new HttpRequest({
      ...form.request,
      headers: {
        ...form.request.headers,
        "content-length": String(bytes.length),
        "amz-sdk-invocation-id": randomUUID(),
        ...(typeof requestMetadata === "string" && { [metadataHeader]: requestMetadata }),
      },
      body: bytes,
    });
    if (!signer && request.headers.Authorization !== `Bearer ${apiKey()}`) return null;
    const signingDate = new Date(Date.now() + client.config.systemClockOffset);
    const ready = signer ? ((await signer.sign(request, { signingDate })) as HttpRequest) : request;
    const { response } = await client.config.requestHandler.handle(ready);
    return response;
  };

  const send: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
    if (!isCall(args.input)) return next(args);
    const response = await fillForm(args.input);
    if (response?.statusCode === 200 && response.body instanceof Uint8Array)
      return {
        response,
        output: { body: response.body, headers: response.headers } as unknown as ServiceOutputTypes,
      };
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
    const request = args.request as HttpRequest;
    const { authorization = "", Authorization: bearer } = request.headers;
    // What is authorised in another way is left to the SDK.
    const isSigned = authorization.includes(`/${region}/bedrock/aws4_request,`);
    if (isSigned || bearer !== undefined)
      forms.set(formName(args.input), {
        request: unsigned(request),
        signer: isSigned ? await client.config.signer() : null,
        until: Date.now() + lifetimeMs,
      });
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

const unsigned = (signed: HttpRequest): HttpRequest => {
  const own = Object.entries(signed.headers).filter(([name]) => !addedBySigning.includes(name));
  return new HttpRequest({ ...signed, headers: Object.fromEntries(own), body: undefined });
};

const addedBySigning = ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"];

const withHeaders = <Result extends InitializeHandlerOutput<ServiceOutputTypes>>(result: Result): Result => {
  const { headers } = result.response as HttpResponse;
  return { ...result, output: { ...result.output, headers } };
};

/** What a form is known by: calls of one client differ in these beside their bodies. */
const formName = ({ modelId, serviceTier }: Partial<InvokeModelCommandInput>): string =>
  `${serviceTier ?? ""} ${modelId ?? ""}`;
