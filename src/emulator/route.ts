import { assumeRole } from "./assume-role.js";
import { type Backend, invokeModel } from "./invoke.js";
import { count, type EmulatorStats } from "./stats.js";
import { type Reply, refuse, type WireRequest } from "./wire.js";

/** The reply to one request; `null` stands for a request whose body is over the limit. Never rejects. */
export const route = async (request: WireRequest | null, backend: Backend): Promise<Reply> => {
  if (request?.method === "GET" && request.path === "/__stats")
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(backend.stats),
    };
  if (request && isAssumeRole(request)) {
    const reply = assumeRole(request, backend.accounts);
    if (!reply.errorType) backend.stats.roles_assumed += 1;
    return reply;
  }
  return counted(backend.stats, serve(request, backend));
};

const isAssumeRole = ({ method, path, body }: WireRequest): boolean =>
  method === "POST" && path === "/" && new URLSearchParams(body.toString()).get("Action") === "AssumeRole";

const serve = async (request: WireRequest | null, backend: Backend): Promise<Reply> => {
  if (!request)
    return refuse(413, "RequestEntityTooLargeException", "The request body is over 25000000 bytes.");
  const segment = request.method === "POST" ? invokePath.exec(request.path)?.[1] : undefined;
  if (segment === undefined)
    return refuse(404, "UnknownOperationException", "The service has no such operation.");
  const modelId = decode(segment);
  if (modelId === null)
    return refuse(400, "ValidationException", "The provided model identifier is invalid.");
  return invokeModel(request, modelId, backend);
};

const invokePath = /^\/model\/([^/]+)\/invoke$/;

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** A fault of the emulator's own is answered as the service answers one of its own. */
const counted = async (stats: EmulatorStats, serving: Promise<Reply>): Promise<Reply> => {
  stats.requests += 1;
  stats.in_flight += 1;
  stats.most_in_flight = Math.max(stats.most_in_flight, stats.in_flight);
  const reply = await serving.catch(() =>
    refuse(500, "InternalServerException", "The emulator failed on this request."),
  );
  stats.in_flight -= 1;
  if (reply.errorType) count(stats.refused, reply.errorType);
  return reply;
};
