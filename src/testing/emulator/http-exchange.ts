import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { chooseReset } from "./faults.js";
import { receiveRequest, refuse, type WireRequest } from "./http-message.js";
import { type Backend, countFault } from "./invocation.js";
import { type Call, readCall, serve, serveEmulator } from "./route.js";
import { sendReply } from "./send.js";
import { count } from "./stats.js";

/** One request, from its headers to the end of its response. Rejects when the client goes away while it sends. */
export const exchange = async (
  incoming: IncomingMessage,
  response: ServerResponse,
  backend: Backend,
): Promise<void> => {
  const { clockMinutes } = backend.account;
  if (clockMinutes) response.setHeader("date", new Date(Date.now() + clockMinutes * 60_000).toUTCString());
  const call = readCall(incoming, backend);
  const reset = call && chooseReset(call.turn);
  if (reset) {
    backend.stats.requests += 1;
    countFault(reset, backend.stats);
    response.destroy();
    return;
  }
  const request = await receiveRequest(incoming);
  const reply = request && !call ? await serveEmulator(request, backend) : null;
  if (reply) await sendReply(response, reply);
  else await serveCounted(request, call, response, backend);
};

/** A failure of the emulator's own is answered as the service answers one of its own. */
const serveCounted = async (
  request: WireRequest | null,
  call: Call | null,
  response: ServerResponse,
  backend: Backend,
): Promise<void> => {
  const { stats } = backend;
  stats.requests += 1;
  stats.in_flight += 1;
  stats.most_in_flight = Math.max(stats.most_in_flight, stats.in_flight);
  try {
    const reply = await serve(request, call, backend).catch(() =>
      refuse(500, "InternalServerException", "The emulator failed on this request."),
    );
    if (reply.errorType) count(stats.refused, reply.errorType);
    const requestId = randomUUID();
    const headers = { ...reply.headers, "x-amzn-requestid": requestId };
    const whole = await sendReply(response, { ...reply, headers });
    if (whole && reply.isAnswer) stats.answered += 1;
    const { logs, account, now } = backend;
    const { abandoned = true, refused = true } = account.logs ?? {};
    const isKept = reply.errorType ? refused : whole || abandoned;
    if (logs.config && reply.log && isKept) logs.waiting.push({ ...reply.log(), requestId, at: now() });
  } finally {
    stats.in_flight -= 1;
  }
};
