import type { IncomingMessage } from "node:http";
import { readAccount } from "./account.js";
import { applyFault } from "./apply-fault.js";
import { assumeRole } from "./assume-role.js";
import { callerIdentity } from "./caller-identity.js";
import { controlOperation, controlPlane, stalled } from "./control-routes.js";
import { chooseFault, planFaults, type Turn, takeTurn } from "./faults.js";
import { type Api, type HttpReply, isForS3, refuse, type WireRequest } from "./http-message.js";
import { serveIam } from "./iam.js";
import { type Backend, countFault, invokeModel } from "./invocation.js";
import { catchUp } from "./jobs/run-job.js";
import { quotasOperation, serveQuotas } from "./jobs/serve-quotas.js";
import { deliverLogs } from "./logs/deliver-logs.js";
import { s3Refusal } from "./objects/s3-message.js";
import { objectOperation, serveObjects } from "./objects/serve-objects.js";
import { readFaults } from "./read-faults.js";
import { readQuota } from "./read-quota.js";
import { serveCountTokens } from "./serve-count-tokens.js";
import { setUpAccount } from "./set-up-account.js";
import { count } from "./stats.js";
import { stsAction } from "./sts.js";

/** A request to InvokeModel or Converse, or to their streaming sisters, as its first line tells. */
export interface Call {
  readonly api: Api;
  readonly isStreamed: boolean;
  /** `null` where the path's encoding is broken. */
  readonly modelId: string | null;
  readonly turn: Turn;
}

/** Counts the call as it arrives. `null` where the request is for something else. */
export const readCall = ({ method, url }: IncomingMessage, { plan, stats }: Backend): Call | null => {
  const [, segment, operation = ""] = (method === "POST" && invokePath.exec(url ?? "")) || [];
  if (segment === undefined) return null;
  const modelId = decode(segment);
  if (modelId !== null) count(stats.models, modelId);
  const isStreamed = operation.endsWith("-stream");
  return {
    api: operation.startsWith("converse") ? "converse" : "invoke_model",
    isStreamed,
    modelId,
    turn: takeTurn(plan, { isStreamed }),
  };
};

const invokePath =
  /^\/model\/([^/?]+)\/(invoke|converse|invoke-with-response-stream|converse-stream)(?:\?|$)/;

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
): Promise<HttpReply> => {
  if (!request)
    return refuse(413, "RequestEntityTooLargeException", "The request body is over 25000000 bytes.");
  if (!call) return refuse(404, "UnknownOperationException", "The service has no such operation.");
  if (call.modelId === null)
    return refuse(400, "ValidationException", "The provided model identifier is invalid.");
  return invokeModel(request, { ...call, modelId: call.modelId }, backend);
};

/**
 * What is served beside Bedrock Runtime: own pages, objects, the control plane and STS. `null` where the request is for
 * none.
 */
export const serveEmulator = async (request: WireRequest, backend: Backend): Promise<HttpReply | null> => {
  const { method, path, body } = request;
  if (backend.jobs.size > 0) await catchUp(backend);
  deliverLogs(backend);
  if (method === "GET" && path === "/__stats")
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(backend.stats),
    };
  if (method === "POST" && path === "/__faults")
    return set(body, "The faults must be a list, written as JSON.", (list) => {
      backend.plan = planFaults(readFaults(list));
    });
  if (method === "POST" && path === "/__quota")
    return set(body, "The quota must be an object, words or null, written as JSON.", (quota) =>
      backend.quota.change(readQuota(quota)),
    );
  if (method === "POST" && path === "/__account")
    return set(body, "The account must be an object, written as JSON.", (account) => {
      setUpAccount(backend, readAccount(account));
    });
  if (method === "POST" && path === "/__clock")
    return set(body, 'The time to let pass must be {"seconds": N}, written as JSON.', (given) => {
      backend.passTime((given as { seconds?: unknown } | null)?.seconds);
    });
  const operation =
    objectOperation(request) ?? controlOperation(request) ?? quotasOperation(request) ?? stsAction(request);
  return operation === null
    ? (serveCountTokens(request, backend) ?? serveOperation(request, backend))
    : befallen(operation, request, backend, () => serveOperation(request, backend));
};

/** What an operation is answered, with the fault that is set for it. */
const befallen = (
  operation: string,
  request: WireRequest,
  { plan, stats }: Backend,
  answer: () => HttpReply | null,
): HttpReply | null => {
  const planned = chooseFault(takeTurn(plan, { operation }), request.body);
  if (!planned) return answer();
  countFault(planned, stats);
  const { fault } = planned;
  if (fault.kind === "reset_before") return { ...answerless, delivery: { kind: "reset_after" } };
  const refusal = fault.kind === "error" && isForS3(request) ? s3Refusal : refuse;
  if (fault.kind === "error" && !fault.billed) return refusal(fault.status, fault.type, fault.message);
  const reply = answer() ?? answerless;
  return fault.kind === "error" ? refusal(fault.status, fault.type, fault.message) : applyFault(reply, fault);
};

const answerless: HttpReply = { status: 200, headers: {}, body: "" };

const serveOperation = (request: WireRequest, backend: Backend): HttpReply | null => {
  const { objects, accounts, account } = backend;
  return (
    serveObjects(request, objects, accounts, account.clockMinutes) ??
    controlPlane(request, backend) ??
    serveQuotas(request, backend) ??
    serveIam(request, backend) ??
    serveSts(request, backend)
  );
};

const set = (body: Buffer, otherwise: string, put: (value: unknown) => void): HttpReply => {
  try {
    put(JSON.parse(body.toString()));
  } catch (error) {
    return refuse(400, "ValidationException", error instanceof TypeError ? error.message : otherwise);
  }
  return { status: 204, headers: {}, body: "" };
};

const serveSts = (request: WireRequest, { account, accounts, stats }: Backend): HttpReply | null => {
  switch (stsAction(request)) {
    case "AssumeRole": {
      const reply = assumeRole(request, accounts, account.clockMinutes);
      if (!reply.errorType) stats.roles_assumed += 1;
      return reply;
    }
    case "GetCallerIdentity":
      count(stats.control_plane, "GetCallerIdentity");
      return account.stalled?.includes("GetCallerIdentity")
        ? stalled
        : callerIdentity(request, accounts, account);
    default:
      return null;
  }
};
