import type { Fault, RefusalTrouble } from "./faults.js";
import { type HttpReply, refuse } from "./http-message.js";

/**
 * The reply to a call whose work is done, as the fault has it. A `stop` is in the answer already, and what
 * befalls streams comes when it is streamed.
 */
export const applyFault = (reply: HttpReply, fault: Fault): HttpReply => {
  switch (fault.kind) {
    case "error":
      return refuseBy(fault);
    case "body":
      return { status: reply.status, headers: reply.headers, body: fault.body };
    case "guardrail":
      return {
        ...reply,
        body: JSON.stringify({
          ...JSON.parse(reply.body),
          "amazon-bedrock-guardrailAction": "INTERVENED",
        }),
      };
    case "stop":
    case "stream_end":
    case "stream_error":
    case "reset_before":
      return reply;
    default:
      return { ...reply, delivery: fault };
  }
};

export const refuseBy = ({ status, type, message, retryAfter }: Omit<RefusalTrouble, "kind">): HttpReply => {
  const refusal = refuse(status, type, message);
  if (retryAfter === undefined) return refusal;
  return { ...refusal, headers: { ...refusal.headers, "retry-after": String(retryAfter) } };
};
