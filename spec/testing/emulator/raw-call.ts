import { type IncomingHttpHeaders, request } from "node:http";
import { demoApiKey, type Emulator } from "../../../src/testing/emulator/index.js";

/** What a client sees on the wire. */
export interface Seen {
  /** 0 where no response came. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** How many pieces the body came in. */
  readonly pieces: number;
  /** The code of the connection's error; empty where the response came to its end. */
  readonly error: string;
}

export interface RawCall {
  readonly path?: string;
  readonly apiKey?: string;
  /** Ends the connection. */
  readonly signal?: AbortSignal;
  readonly onPiece?: () => void;
}

export const modelId = "cohere.command-r-v1:0";
export const body = JSON.stringify({ message: "I was charged $1,000 twice on Monday." });

/** One InvokeModel call over a connection of its own, with the demo API key. Never rejects. */
export const rawCall = (emulator: Emulator, sent: string = body, options: RawCall = {}): Promise<Seen> =>
  new Promise((resolve) => {
    const { path = `/model/${modelId}/invoke`, apiKey = demoApiKey, signal, onPiece } = options;
    const seen = { status: 0, headers: {}, body: "", pieces: 0 };
    const end = (error?: NodeJS.ErrnoException): void => resolve({ ...seen, error: error?.code ?? "" });
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const call = request(emulator.url + path, { method: "POST", agent: false, headers }, (response) => {
      Object.assign(seen, { status: response.statusCode, headers: response.headers });
      response.on("data", (piece: Buffer) => {
        seen.body += piece.toString();
        seen.pieces += 1;
        onPiece?.();
      });
      response.on("end", () => end()).on("error", end);
    });
    signal?.addEventListener("abort", () => call.destroy());
    call.on("error", end);
    call.end(sent);
  });
