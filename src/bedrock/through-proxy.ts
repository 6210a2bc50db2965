import { type Agent, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { HttpProxy } from "./proxy.js";
import { poolSkippingContinue } from "./skip-continue.js";

/** The proxy made no tunnel, so nothing was sent to the place behind it. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly syscall = "connect";
  /** The system's word or undici's, where the proxy did not answer. */
  readonly code: string | undefined;
  /** What it answered to CONNECT; `null` where it did not answer. */
  readonly status: number | null;

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown }) {
    super(message, { cause });
    this.status = status ?? null;
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/**
 * An agent whose connections are tunnels through a proxy (CONNECT), to places of plain HTTP as well. What `connect`
 * says is for the connections to the proxy and for TLS inside the tunnels; an answer to CONNECT has as long as
 * connecting.
 */
export const throughProxy = (
  proxy: HttpProxy,
  { connect, ...options }: Agent.Options & { readonly connect: { readonly timeout: number } },
): Dispatcher =>
  new ProxyAgent({
    ...options,
    factory: poolSkippingContinue,
    uri: proxy.origin,
    ...(proxy.authorization !== null && { token: proxy.authorization }),
    proxyTls: connect,
    requestTls: connect,
    clientFactory: (origin, toProxy) =>
      asksForTunnels(new Pool(origin, { ...toProxy, headersTimeout: connect.timeout }), proxy),
  });

/** Has a pool of connections to a proxy say in an error of its own why there is no tunnel. */
const asksForTunnels = (pool: Pool, proxy: HttpProxy): Pool => {
  const connect = pool.connect.bind(pool);
  pool.connect = (async (to: Dispatcher.ConnectOptions) => {
    const answer = await connect(to).catch((cause: Error) => {
      throw new ProxyError(`${proxy.name} did not answer: ${cause.message}`, { cause });
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => undefined).destroy();
    throw new ProxyError(refusal(proxy, answer.statusCode, to.path), { status: answer.statusCode });
  }) as Pool["connect"];
  return pool;
};

const refusal = ({ name, variable, authorization }: HttpProxy, status: number, place: string): string => {
  const answered = `${name} answered ${status} to CONNECT ${place}`;
  if (status === 407)
    return authorization === null
      ? `${answered}: it wants a user and a password, ${variable}=http://USER:PASSWORD@HOST:PORT`
      : `${answered}: it does not take the user and password in ${variable}`;
  return status < 500
    ? `${answered}: have it let this place through, or name the place in NO_PROXY`
    : answered;
};
