import { createHash, timingSafeEqual } from "node:crypto";
import { type HttpReply, refuse, type WireRequest } from "./http-message.js";
import { type Accounts, checkSignature } from "./sigv4.js";

/**
 * AWS's documented example key pair, by the settings' own names: with a region, a model and a request format beside it,
 * it is a configuration. The emulator knows this pair and `demoApiKey`, and no others.
 */
export const demoCredentials = {
  access_key: "AKIAIOSFODNN7EXAMPLE",
  secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** A made-up API key, for the setting `api_key` in place of the pair. */
export const demoApiKey = "bedrock-api-key-local-demo";

/** Takes a Bedrock API key (`Authorization: Bearer …`) or a signature. `null` when the caller is known. */
export const authenticate = (
  request: WireRequest,
  accounts: Accounts,
  clockMinutes = 0,
): HttpReply | null => {
  const apiKey = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (apiKey === undefined) return checkSignature(request, "bedrock", accounts, clockMinutes);
  if (timingSafeEqual(digest(apiKey), digest(demoApiKey))) return null;
  return refuse(
    403,
    "AccessDeniedException",
    "Authentication failed: Please make sure your API Key is valid.",
  );
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
