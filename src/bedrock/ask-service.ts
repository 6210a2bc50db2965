import type { BedrockClient } from "@aws-sdk/client-bedrock";
import { HttpRequest, type HttpResponse } from "@smithy/core/protocols";
import type { Connection } from "../connection/connection.js";
import { isLoopback } from "../connection/loopback.js";
import { ServiceError, textOf } from "./service-error.js";

/** A question to a service of AWS that no client is installed for. */
interface Question {
  /** Its name in signatures and hosts. */
  readonly service: string;
  /** What stands behind `AWS_ENDPOINT_URL_`, which names another place for it. */
  readonly variable: string;
  readonly region: string;
  /** Where it is one for all regions, and where one is that keeps to FIPS. */
  readonly host?: string;
  readonly fipsHost?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Puts a question, signed as a client of Bedrock signs and over its connections. A local Bedrock answers for all services.
 * Resolves to the text of a success. @throws ServiceError of another answer, and what the transport throws
 */
export const askService = async (
  { config }: Pick<BedrockClient, "config">,
  { endpoint }: Pick<Connection, "endpoint">,
  question: Question,
  options: { readonly abortSignal: AbortSignal },
): Promise<string> => {
  const { service, variable, region, headers, body } = question;
  const given = process.env[`AWS_ENDPOINT_URL_${variable}`] || process.env.AWS_ENDPOINT_URL;
  const local = endpoint !== null && isLoopback(endpoint) ? endpoint : undefined;
  const at = given ?? local ?? `https://${await hostOf(config, question)}`;
  const { protocol, hostname, port, host } = new URL(at);
  const request = new HttpRequest({
    ...{ method: "POST", protocol, hostname, path: "/", body, headers: { ...headers, host } },
    ...(port && { port: Number(port) }),
  });
  const signer = await config.signer();
  const signingDate = new Date(Date.now() + config.systemClockOffset);
  const terms = { signingDate, signingRegion: region, signingService: service };
  const signed = (await signer.sign(request, terms)) as HttpRequest;
  const { response } = await config.requestHandler.handle(signed, options);
  const { statusCode, headers: answered, body: stream } = response as HttpResponse;
  const text = await textOf(stream);
  if (statusCode < 300) return text;
  // As the SDK does it: the next question is signed by the clock of the far side.
  const date = Date.parse(answered.date ?? "");
  if (Number.isFinite(date) && /signature/i.test(text)) config.systemClockOffset = date - Date.now();
  throw new ServiceError(statusCode, answered, inJson(text));
};

/** An error of a service that writes XML, as the others write theirs. */
const inJson = (text: string): string => {
  const [, code] = /<Code>([^<]*)<\/Code>/.exec(text) ?? [];
  const [, message = ""] = /<Message>([^<]*)<\/Message>/.exec(text) ?? [];
  return code === undefined ? text : JSON.stringify({ code, message });
};

/** Services of a region are named alike, in every part of AWS, and where FIPS or IPv6 is asked for. */
const hostOf = async (
  config: BedrockClient["config"],
  { service, region, host, fipsHost = host }: Question,
): Promise<string> => {
  const [UseFIPS, UseDualStack] = [await config.useFipsEndpoint(), await config.useDualstackEndpoint()];
  if (host && fipsHost) return UseFIPS ? fipsHost : host;
  const { hostname } = config.endpointProvider({ Region: region, UseFIPS, UseDualStack }).url;
  return hostname.replace(/^bedrock/, service);
};
