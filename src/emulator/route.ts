import type { IncomingMessage } from "node:http";
import { assumeRole } from "./assume-role.js";
import { serveCountTokens } from "./count-tokens.js";
import { planFaults, type Turn, takeTurn } from "./faults.js";
import { type Backend, invokeModel } from "./invoke.js";
import { readFaults } from "./read-faults.js";
import { count } from "./stats.js";
import { type Reply, refuse, type WireRequest } from "./wire.js";

/** A request to InvokeModel, as its first line tells. */
export interface Call {
  /** `null` where the path's encoding is broken. */
  readonly modelId: string | null;
  readonly turn: Turn;
}

/** Counts the call as it arrives. `null` where the request is for something else. */
export const readCall = ({ method, url }: IncomingMessage, { plan, stats }: Backend): Call | null => {
  const segment = method === "POST" ? invokePath.exec(url ?? "")?.[1] : undefined;
  if (segment === undefined) return null;
  const modelId = decode(segment);
  if (modelId !== null) count(stats.models, modelId);
  return { modelId, turn: takeTurn(plan) };
};

const invokePath = /^\/model\/([^/?]+)\/invoke(?:\?|$)/;

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** The service's reply; a `request` of `null` stands for one whose body is over the limit. */
export const serve = async (
  request: WireRequest | null,
  call: Call | null,
  backend: Backend,
): Promise<Reply> => {
  if (!request)
    return refuse(413, "RequestEntityTooLargeException", "The request body is over 25000000 bytes.");
  if (!call) return refuse(404, "UnknownOperationException", "The service has no such operation.");
  if (call.modelId === null)
    return refuse(400, "ValidationException", "The provided model identifier is invalid.");
  return invokeModel(request, call.modelId, call.turn, backend);
};

/** What the emulator serves beside Bedrock: its own pages and AssumeRole. `null` where the request is for neither. */
export const serveEmulator = (request: WireRequest, backend: Backend): Reply | null => {
  const { method, path, body } = request;
  if (method === "GET" && path === "/__stats")
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(backend.stats),
    };
  if (method === "POST" && path === "/__faults") return setFaults(body, backend);
  const counted = serveCountTokens(request, backend);
  if (counted) return counted;
  if (!isAssumeRole(request)) return null;
  const reply = assumeRole(request, backend.accounts);
  if (!reply.errorType) backend.stats.roles_assumed += 1;
  return reply;
};

const setFaults = (body: Buffer, backend: Backend): Reply => {
  try {
    backend.plan = planFaults(readFaults(JSON.parse(body.toString())));
  } catch (error) {
    const message =
      error instanceof TypeError ? error.message : "The faults must be a list, written as JSON.";
    return refuse(400, "ValidationException", message);
  }
  return { status: 204, headers: {}, body: "" };
};

const isAssumeRole = ({ method, path, body }: WireRequest): boolean =>
  method === "POST" && path === "/" && new URLSearchParams(body.toString()).get("Action") === "AssumeRole";
