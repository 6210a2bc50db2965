import type { Fault, RefusalTrouble } from "./faults.js";
import { type Reply, refuse } from "./wire.js";

/** The reply to a call whose work is done, as the fault has it. A `stop` is in the answer already. */
export const applyFault = (reply: Reply, fault: Fault): Reply => {
  switch (fault.kind) {
    case "error":
      return refuseBy(fault);
    case "body":
      return { status: reply.status, headers: reply.headers, body: fault.body };
    case "guardrail":
      return {
        ...reply,
        body: JSON.stringify({ ...JSON.parse(reply.body), "amazon-bedrock-guardrailAction": "INTERVENED" }),
      };
    case "stop":
    case "reset_before":
      return reply;
    default:
      return { ...reply, delivery: fault };
  }
};

export const refuseBy = ({ status, type, message, retryAfter }: RefusalTrouble): Reply => {
  const refusal = refuse(status, type, message);
  if (retryAfter === undefined) return refusal;
  return { ...refusal, headers: { ...refusal.headers, "retry-after": String(retryAfter) } };
};
