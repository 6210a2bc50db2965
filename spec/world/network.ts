import { HttpResponse } from "@smithy/core/protocols";
import type { useTransport } from "../../src/bedrock/transport.js";
import type { Answer, Call, VirtualBedrock } from "./bedrock.js";
import type { Chance } from "./chance.js";
import type { Life, Time } from "./life.js";

/** What happens to calls on their way, each to a share of them. */
export type NetworkWeather = Readonly<Partial<Record<NetworkFault, number>>>;

export type NetworkFault =
  | "no connection"
  | "cut before it came"
  | "cut before its answer"
  | "cut in its answer"
  | "no answer"
  | "a late answer"
  | "an answer twice";

export interface VirtualNetwork {
  /** What carries a process's requests, below the SDK. */
  transportOf(life: Life): NonNullable<Parameters<typeof useTransport>[0]>;
  weather: NetworkWeather;
}

/** How a call ended for the process that made it. */
export interface Ending {
  readonly life: Life;
  readonly body: string;
  /** The whole answer; `null` where none came. */
  readonly answer: Answer | null;
  readonly call: Call | null;
  readonly sent: boolean;
}

/** The way to the service, which tells `ended` how each call ended for its process. */
export const createNetwork = (
  time: Time,
  chance: Chance,
  bedrock: VirtualBedrock,
  ended: (ending: Ending) => void,
  weather: NetworkWeather,
): VirtualNetwork => {
  const wayMs = (): number => 1 + chance.next() * 20;

  const carry = (life: Life, body: string, deadlineMs: number): Promise<{ response: HttpResponse }> =>
    new Promise((resolve, reject) => {
      let isOpen = true;
      const comes = (ms: number, what: () => void): void =>
        time.after(
          ms,
          () => {
            // The other one came first.
            if (!isOpen) return;
            isOpen = false;
            what();
          },
          life,
        );
      const breaks = (ms: number, how: object, sent = true): void =>
        comes(ms, () => {
          ended({ life, body, answer: null, call: null, sent });
          reject(Object.assign(new Error("It broke."), { sent, ...how }));
        });

      const fault = chance.meet(network.weather);
      if (fault === "no connection")
        return breaks(wayMs(), { code: "ECONNREFUSED", syscall: "connect" }, false);
      breaks(deadlineMs, { deadlinePassed: true });
      if (fault === "cut before it came") return breaks(wayMs(), { code: "ECONNRESET" });
      // From here on nobody can call it back, whether its process lives or not.
      time.after(wayMs(), () =>
        bedrock.serve(life, body, (answer, call) => {
          const { status: statusCode, headers } = answer;
          if (fault === "no answer") return;
          if (fault === "cut before its answer") return breaks(wayMs(), { code: "ECONNRESET" });
          if (fault === "cut in its answer")
            return breaks(wayMs(), { code: "UND_ERR_SOCKET", $response: { statusCode, headers } });
          const lateMs = fault === "a late answer" ? 2 * deadlineMs * chance.next() : 0;
          for (let copy = fault === "an answer twice" ? 2 : 1; copy > 0; copy--)
            comes(wayMs() + lateMs, () => {
              ended({ life, body, answer, call, sent: true });
              resolve({
                response: new HttpResponse({ statusCode, headers, body: Buffer.from(answer.body) }),
              });
            });
        }),
      );
    });

  const network: VirtualNetwork = {
    weather,
    transportOf: (life) => (_, deadlineMs) => ({
      metadata: { handlerProtocol: "http/1.1" },
      handle: ({ body }) => carry(life, Buffer.from(body).toString(), deadlineMs),
      destroy: () => undefined,
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    }),
  };
  return network;
};
