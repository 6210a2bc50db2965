import { createHash, timingSafeEqual } from "node:crypto";
import { type HttpReply, refuse, type WireRequest } from "./http-message.js";
import { type Accounts, checkSignature } from "./sigv4.js";

/** AWS's documented example key pair and a made-up API key. The emulator knows these and no others. */
export const demoCredentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  apiKey: "bedrock-api-key-local-demo",
};

/** Takes a Bedrock API key (`Authorization: Bearer …`) or a signature. `null` when the caller is known. */
export const authenticate = (
  request: WireRequest,
  accounts: Accounts,
  clockMinutes = 0,
): HttpReply | null => {
  const apiKey = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (apiKey === undefined) return checkSignature(request, "bedrock", accounts, clockMinutes);
  if (timingSafeEqual(digest(apiKey), digest(demoCredentials.apiKey))) return null;
  return refuse(
    403,
    "AccessDeniedException",
    "Authentication failed: Please make sure your API Key is valid.",
  );
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
