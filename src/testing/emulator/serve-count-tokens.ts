import { baseModelId, familyOf } from "../../models/find-family.js";
import { factsOf } from "../../models/model-facts.js";
import { authenticate } from "./authenticate.js";
import { type Api, type HttpReply, refuse, type WireRequest } from "./http-message.js";
import type { Backend } from "./invocation.js";
import { readBody } from "./request-body.js";
import { countTokens } from "./tokens.js";
import { promptOf } from "./work.js";

/**
 * CountTokens of an InvokeModel or Converse body, for the models that have it. `null` where the request is for
 * something else.
 */
export const serveCountTokens = (request: WireRequest, backend: Backend): HttpReply | null => {
  const segment = request.method === "POST" ? countPath.exec(request.path)?.[1] : undefined;
  if (segment === undefined) return null;
  backend.stats.token_counts += 1;
  const refusal = authenticate(request, backend.accounts, backend.account.clockMinutes);
  return refusal ?? countBody(request, decodeURIComponent(segment));
};

const countPath = /^\/model\/([^/]+)\/count-tokens$/;

const countBody = (request: WireRequest, modelId: string): HttpReply => {
  // The service counts for a model, not for a profile.
  if (!factsOf(modelId)?.counts_tokens || baseModelId(modelId) !== modelId)
    return refuse(400, "ValidationException", "The provided model doesn't support counting tokens.");
  const input = readInput(request.body);
  const family = input && familyOf(input.api, modelId);
  if (!family)
    return refuse(400, "ValidationException", "The input must hold invokeModel.body, or converse.");
  const body = readBody({ ...request, body: input.body }, { family, baseId: modelId });
  if ("status" in body) return body;
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputTokens: countTokens(promptOf(body.json, family)) }),
  };
};

/** What the SDK sends: `{"input": {"invokeModel": {"body": "<base64>"}}}`, or `{"input": {"converse": {…}}}`. */
const readInput = (bytes: Buffer): { api: Api; body: Buffer } | null => {
  try {
    const { invokeModel, converse } = JSON.parse(bytes.toString()).input;
    if (converse) return { api: "converse", body: Buffer.from(JSON.stringify(converse)) };
    const { body } = invokeModel;
    return typeof body === "string" ? { api: "invoke_model", body: Buffer.from(body, "base64") } : null;
  } catch {
    return null;
  }
};
