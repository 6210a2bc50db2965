import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Answer, Descriptor } from "../../generated/conformance.js";
import { jobFaultsHeader } from "../emulator/jobs/create-job.js";
import { payloadOf } from "../emulator/objects/s3-message.js";
import type { Exchange, Trouble } from "./exchange.js";
import { createJobWatch, faultsOf, type JobWatch, refusalOf } from "./jobs-on-the-wire.js";

/** The line between a connector and the service: all requests go over it, are kept, and may meet trouble. */
export interface Wire {
  readonly url: string;
  /** Everything so far. */
  readonly exchanges: readonly Exchange[];
  /** What was paid for so far. */
  calls(): readonly Exchange[];
  /** The most calls that were open at one moment since the last time this was asked. */
  mostOpen(): number;
  /** From now on: the trouble of each request, or none. */
  disturb(trouble: (exchange: Exchange) => Trouble | undefined): void;
  /** Refuses connections from now on, until it is opened again on the same port. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A relay to the stand-in server that tells calls by the descriptor's path. The `host` header stays: it is signed.
 */
export const openWire = async (
  target: string,
  { calls = noCalls }: Pick<Descriptor, "calls">,
): Promise<Wire> => {
  const exchanges: Exchange[] = [];
  const agent = new Agent({ keepAlive: true });
  const paid = new RegExp(calls.path);
  const jobs = calls.in_jobs ? createJobWatch() : null;
  let trouble: (exchange: Exchange) => Trouble | undefined = () => undefined;
  let number = 0;
  let open = 0;
  let most = 0;

  const relay = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = performance.now();
    const path = incoming.url ?? "/";
    const body = await buffer(incoming);
    if (jobs && incoming.method === "PUT") jobs.put(path, payloadOf({ headers: incoming.headers, body }));
    if (jobs && incoming.method === "POST" && path === jobsPath)
      return relayJob(incoming, body, response, jobs);
    const isCall = incoming.method === "POST" && paid.test(path);
    if (isCall) number += 1;
    const exchange: Exchange = { at, path, headers: incoming.headers, body: body.toString(), isCall, number };
    exchanges.push(exchange);
    const befalls = trouble(exchange);
    if (befalls === "reset") return void response.destroy();
    if (befalls === "stall") return;
    if (befalls instanceof Promise) await befalls;
    else if (typeof befalls === "object") return answer(response, exchange, befalls);
    const reply = await forward(incoming, body, target, agent);
    exchange.answered = reply;
    if (jobs && incoming.method === "GET") jobs.count(path, reply.body, calls);
    response.writeHead(reply.status, reply.headers);
    if (befalls === "stall_body") response.write(reply.body.subarray(0, reply.body.length / 2));
    else response.end(reply.body);
  };

  /** Each record of a job is a call, and meets what a call would meet; the stand-in is told of it by a header. */
  const relayJob = async (
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    watch: JobWatch,
  ): Promise<void> => {
    const at = performance.now();
    const records = watch.callsOf(body, incoming.headers);
    const made = records.map((record, index) => ({
      ...record,
      at,
      isCall: true,
      number: number + 1 + index,
    }));
    const troubles = made.map((exchange) => trouble(exchange));
    const refusal = refusalOf(troubles);
    const [first] = made;
    number += refusal ? 1 : made.length;
    if (refusal && first) {
      exchanges.push(first);
      return answer(response, first, refusal);
    }
    await Promise.all(troubles);
    const faults = Buffer.from(JSON.stringify(faultsOf(records, troubles))).toString("base64");
    const reply = await forward(incoming, body, target, agent, { [jobFaultsHeader]: faults });
    if (reply.status === 200 && watch.make(body, reply.body, made)) exchanges.push(...made);
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
  };

  const server = createServer((incoming, response) => {
    const isCall = incoming.method === "POST" && paid.test(incoming.url ?? "");
    if (isCall) most = Math.max(most, ++open);
    response.once("close", () => {
      if (isCall) open -= 1;
    });
    relay(incoming, response).catch(() => response.destroy());
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    calls: () => exchanges.filter(({ isCall }) => isCall),
    mostOpen: () => {
      const seen = most;
      most = open;
      return seen;
    },
    disturb: (next) => {
      trouble = next;
    },
    shut,
    reopen: () => listen(port),
    close: async () => {
      await shut();
      agent.destroy();
    },
  };
};

const noCalls: NonNullable<Descriptor["calls"]> = { path: "" };
const jobsPath = "/model-invocation-job";

const answer = (
  response: ServerResponse,
  exchange: Exchange,
  { status, headers, body = "" }: Answer,
): void => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
    ...headers,
  };
  exchange.answered = { status, headers: all };
  response.writeHead(status, all);
  response.end(text);
};

const forward = async (
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  target: string,
  agent: Agent,
  more: OutgoingHttpHeaders = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> => {
  const { connection: _, "transfer-encoding": __, ...kept } = headers;
  const outgoing = request(target + url, {
    agent,
    ...(method !== undefined && { method }),
    headers: { ...kept, ...more, "content-length": body.length },
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const answered = await buffer(incoming);
  const { connection, "keep-alive": ___, "transfer-encoding": ____, ...back } = incoming.headers;
  // The length that an answer to HEAD tells is that of what is not in it.
  const length = method === "HEAD" ? back["content-length"] : String(answered.length);
  return {
    status: incoming.statusCode ?? 502,
    headers: { ...back, ...(length !== undefined && { "content-length": length }) },
    body: answered,
  };
};
