import { baseModelId, resolveFamily } from "../families/resolve.js";
import { authenticate } from "./authenticate.js";
import { readBody } from "./body.js";
import { type Backend, promptOf } from "./invoke.js";
import { countTokens } from "./tokens.js";
import { type Reply, refuse, type WireRequest } from "./wire.js";

/** CountTokens of an InvokeModel body, for the models that have it. `null` where the request is for something else. */
export const serveCountTokens = (request: WireRequest, backend: Backend): Reply | null => {
  const segment = request.method === "POST" ? countPath.exec(request.path)?.[1] : undefined;
  if (segment === undefined) return null;
  backend.stats.token_counts += 1;
  return authenticate(request, backend.accounts) ?? countBody(request, decodeURIComponent(segment));
};

const countPath = /^\/model\/([^/]+)\/count-tokens$/;

const countBody = (request: WireRequest, modelId: string): Reply => {
  const family = resolveFamily(modelId);
  // The service counts for a model, not for a profile.
  if (!family?.countsTokens?.test(modelId) || baseModelId(modelId) !== modelId)
    return refuse(400, "ValidationException", "The provided model doesn't support counting tokens.");
  const encoded = readInvokeModelBody(request.body);
  if (encoded === null) return refuse(400, "ValidationException", "The input must hold invokeModel.body.");
  const body = readBody({ ...request, body: Buffer.from(encoded, "base64") }, family);
  if ("status" in body) return body;
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputTokens: countTokens(promptOf(body.json, family)) }),
  };
};

/** `{"input": {"invokeModel": {"body": "<base64>"}}}` is what the SDK sends. */
const readInvokeModelBody = (bytes: Buffer): string | null => {
  try {
    const body: unknown = JSON.parse(bytes.toString()).input.invokeModel.body;
    return typeof body === "string" ? body : null;
  } catch {
    return null;
  }
};
