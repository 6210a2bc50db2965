import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { HttpResponse } from "@smithy/core/protocols";
import type { Connection } from "../connection/connection.js";
import { isLoopback } from "../connection/loopback.js";
import { FileFailure } from "../core/file-failure.js";
import { loadOptional } from "../core/optional-package.js";
import { credentialsMs, signing, usesApiKey } from "./client.js";
import { credentialChain } from "./credential-chain.js";
import { createTransport } from "./transport.js";

/** A client of S3, opened on first need. Throws a FileFailure where the package is not installed. */
export type Store = () => Promise<{ client: S3Client; sdk: typeof import("@aws-sdk/client-s3") }>;

type Settings = NonNullable<ConstructorParameters<typeof S3Client>[0]>;

const createStore = (settings: () => Settings): Store => {
  let client: S3Client | undefined;
  return async () => {
    const sdk = await loadOptional(
      "@aws-sdk/client-s3",
      "An s3:// address",
      () => import("@aws-sdk/client-s3"),
    ).catch(({ message }: Error) => {
      throw new FileFailure(message);
    });
    client ??= new sdk.S3Client({
      followRegionRedirects: true,
      // undici does not wait for a word before a body.
      expectContinueHeader: false,
      // A local S3 has no names of buckets in its own.
      forcePathStyle: isLocal(),
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: streaming(createTransport(8, requestMs)),
      ...settings(),
    });
    return { client, sdk };
  };
};

const isLocal = (): boolean => Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);

/** With the machine's own credentials: who may call a model need not see the rows. */
export const machineStore: Store = createStore(() => ({
  ...(!process.env.AWS_REGION && !process.env.AWS_DEFAULT_REGION && { region: "us-east-1" }),
  credentials: credentialChain(createTransport(1, credentialsMs)),
}));

/**
 * With a connection's own credentials, in its region; the machine's in the place of an API key, which S3 does not take. A
 * local Bedrock has an S3 of its own.
 */
export const storeOf = (connection: Connection): Store =>
  createStore(() => {
    const { region, endpoint } = connection;
    const transport = createTransport(1, credentialsMs);
    const { credentials } = usesApiKey(connection)
      ? { credentials: credentialChain(transport) }
      : signing(connection, transport);
    const local = endpoint !== null && !isLocal() && isLoopback(endpoint);
    return { region, ...(credentials && { credentials }), ...(local && { endpoint, forcePathStyle: true }) };
  });

/** A range of some megabytes takes no longer. */
const requestMs = 300_000;

/** The client of S3 wants every body as a stream. */
const streaming = (transport: ReturnType<typeof createTransport>): ReturnType<typeof createTransport> => ({
  ...transport,
  async handle(request, options) {
    const { response } = await transport.handle(request, options);
    return {
      response: new HttpResponse({ ...response, body: Readable.from(response.body ? [response.body] : []) }),
    };
  },
});
