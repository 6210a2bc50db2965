import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { type Emulator, type Fault, startEmulator } from "../../../src/testing/emulator/index.js";
import { clientFor, invoke, refusalOf } from "./client.js";
import { body, modelId, rawCall } from "./raw-call.js";

const throttled = {
  kind: "error",
  status: 429,
  type: "ThrottlingException",
  message: "Too many requests, please wait before trying again.",
} as const;

/** Lets the event loop go on until the emulator is so far. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turn();
};

describe("emulator: faults", () => {
  let emulator: Emulator;
  let normal: string;
  let normalTokens: number;
  before(async () => {
    const healthy = await startEmulator();
    const answered = await rawCall(healthy);
    expect(healthy.stats()).to.deep.include({ answered: 1, billed: 1, distinct_billed: 1, faults: {} });
    normal = (JSON.parse(answered.body) as { text: string }).text;
    normalTokens = healthy.stats().output_tokens;
    await healthy.close();
  });
  afterEach(() => emulator.close());

  const start = async (...faults: Fault[]): Promise<void> => {
    emulator = await startEmulator({ faults });
  };
  const textOf = (answer: string): string => (JSON.parse(answer) as { text: string }).text;

  it("error: refuses before any work, in the service's wire form", async () => {
    await start({ ...throttled, retryAfter: 2 });
    const client = clientFor(emulator);
    const error = await refusalOf(invoke(client, modelId, body));
    client.destroy();
    expect(error).to.include({ name: throttled.type, message: throttled.message });
    expect(error).to.nested.include({
      "$metadata.httpStatusCode": 429,
      "$response.headers.retry-after": "2",
    });
    expect(emulator.stats()).to.deep.include({
      requests: 1,
      answered: 0,
      billed: 0,
      refused: { ThrottlingException: 1 },
      output_tokens: 0,
      faults: { error: 1 },
    });
  });

  it("error: takes any status and name, and goes before authentication", async () => {
    await start({ kind: "error", status: 529, type: "overloaded_error", message: "Overloaded" });
    const seen = await rawCall(emulator, "no JSON", { apiKey: "wrong" });
    expect(seen).to.include({ status: 529, body: '{"message":"Overloaded"}' });
    expect(seen.headers).to.not.have.property("retry-after");
    expect(seen.headers["x-amzn-errortype"]).to.match(/^overloaded_error:/);
  });

  it("error: is billed where the work was done before", async () => {
    const type = "InternalServerException";
    await start({ kind: "error", status: 500, type, message: "Failed.", billed: true });
    expect(await rawCall(emulator)).to.include({ status: 500, body: '{"message":"Failed."}' });
    const stats = { billed: 1, answered: 0, output_tokens: normalTokens, refused: { [type]: 1 } };
    expect(emulator.stats()).to.deep.include(stats);
  });

  it("reset_before: ends the connection and bills nothing", async () => {
    await start({ kind: "reset_before" });
    const seen = await rawCall(emulator, "x".repeat(5_000_000), { apiKey: "wrong" });
    expect(seen.status).to.equal(0);
    expect(seen.error).to.be.oneOf(["ECONNRESET", "EPIPE"]);
    expect(emulator.stats()).to.deep.include({
      requests: 1,
      billed: 0,
      in_flight: 0,
      models: { [modelId]: 1 },
      faults: { reset_before: 1 },
    });
  });

  it("reset_after: ends the connection without a response and bills", async () => {
    await start({ kind: "reset_after" });
    expect(await rawCall(emulator)).to.include({ status: 0, error: "ECONNRESET" });
    const stats = { answered: 0, billed: 1, output_tokens: normalTokens, faults: { reset_after: 1 } };
    expect(emulator.stats()).to.deep.include(stats);
  });

  it("stall_headers: never responds and bills; the request ends with the client", async () => {
    await start({ kind: "stall_headers" });
    const client = new AbortController();
    const call = rawCall(emulator, body, { signal: client.signal });
    await until(() => emulator.stats().output_tokens > 0);
    client.abort();
    expect(await call).to.include({ status: 0, error: "ECONNRESET" });
    await until(() => emulator.stats().in_flight === 0);
    expect(emulator.stats()).to.deep.include({ answered: 0, billed: 1, faults: { stall_headers: 1 } });
  });

  it("stall_body: sends half of the body, then nothing, and bills", async () => {
    await start({ kind: "stall_body" });
    const client = new AbortController();
    const seen = await rawCall(emulator, body, { signal: client.signal, onPiece: () => client.abort() });
    expect(seen).to.include({ status: 200, error: "ECONNRESET" });
    expect(seen.body).to.have.length(Math.floor(Number(seen.headers["content-length"]) / 2));
    await until(() => emulator.stats().in_flight === 0);
    expect(emulator.stats()).to.deep.include({ answered: 0, billed: 1, faults: { stall_body: 1 } });
  });

  it("torn_body: sends half of the body, ends the connection and bills", async () => {
    await start({ kind: "torn_body" });
    const seen = await rawCall(emulator);
    expect(seen).to.include({ status: 200, error: "ECONNRESET" });
    expect(seen.body).to.have.length(Math.floor(Number(seen.headers["content-length"]) / 2));
    expect(emulator.stats()).to.deep.include({ answered: 0, billed: 1, faults: { torn_body: 1 } });
  });

  it("drip: sends the right answer in pieces", async () => {
    await start({ kind: "drip", everyMs: 1 });
    const seen = await rawCall(emulator);
    expect(seen).to.include({ status: 200, error: "" });
    expect(textOf(seen.body)).to.equal(normal);
    expect(seen.pieces).to.be.within(2, 20);
    expect(emulator.stats()).to.deep.include({ answered: 1, billed: 1, in_flight: 0, faults: { drip: 1 } });
  });

  for (const sent of ["", "<html>no</html>", "[]", '{"text":"half'])
    it(`body: sends ${JSON.stringify(sent)} with the token headers and bills`, async () => {
      await start({ kind: "body", body: sent });
      const seen = await rawCall(emulator);
      expect(seen).to.include({ status: 200, body: sent, error: "" });
      expect(seen.headers).to.include({
        "content-type": "application/json",
        "content-length": String(sent.length),
        "x-amzn-bedrock-output-token-count": String(normalTokens),
      });
      expect(emulator.stats()).to.deep.include({ answered: 0, billed: 1, faults: { body: 1 } });
    });

  it("stop: answers with the stop reason, and the text where one is given", async () => {
    const stop = { kind: "stop", reason: "ERROR_TOXIC" } as const;
    await start({ ...stop, at: [1] }, { ...stop, text: "I cannot help with that." });
    const first = JSON.parse((await rawCall(emulator)).body);
    expect(first).to.include({ text: normal, finish_reason: "ERROR_TOXIC" });
    const second = JSON.parse((await rawCall(emulator)).body);
    expect(second).to.include({ text: "I cannot help with that.", finish_reason: "ERROR_TOXIC" });
    expect(emulator.stats()).to.deep.include({ answered: 2, billed: 2, faults: { stop: 2 } });
    expect(emulator.stats().output_tokens).to.equal(normalTokens + 6);
  });

  it("guardrail: answers and says that a guardrail intervened", async () => {
    await start({ kind: "guardrail" });
    const seen = await rawCall(emulator);
    const answered = JSON.parse(seen.body);
    expect(answered).to.include({ text: normal, "amazon-bedrock-guardrailAction": "INTERVENED" });
    expect(emulator.stats()).to.deep.include({ answered: 1, billed: 1, faults: { guardrail: 1 } });
  });

  it("refuses a bad request as before, bills nothing and keeps the fault for a good one", async () => {
    await start({ kind: "guardrail", times: 1 });
    expect(await rawCall(emulator, body, { apiKey: "wrong" })).to.include({ status: 403 });
    expect(await rawCall(emulator, "{}")).to.include({ status: 400 });
    expect(await rawCall(emulator, body, { path: "/model/acme/invoke" })).to.include({ status: 400 });
    expect(emulator.stats()).to.deep.include({ billed: 0, distinct_billed: 0, faults: {} });
    expect((await rawCall(emulator)).body).to.contain("INTERVENED");
  });

  it("tells calls that were paid for again from different ones", async () => {
    await start({ kind: "reset_after", at: [1] });
    await rawCall(emulator);
    await rawCall(emulator);
    await rawCall(emulator, '{"message":"other"}');
    await rawCall(emulator, body, { path: "/model/cohere.command-r-plus-v1:0/invoke" });
    expect(emulator.stats()).to.include({ requests: 4, answered: 3, billed: 4, distinct_billed: 3 });
  });

  it("bills a call whose client does not wait for the answer", async () => {
    emulator = await startEmulator({ latencyMs: 3_600_000 });
    const client = new AbortController();
    const call = rawCall(emulator, body, { signal: client.signal });
    await until(() => emulator.stats().in_flight === 1);
    client.abort();
    await call;
    expect(emulator.stats()).to.include({ answered: 0, billed: 1 });
  });

  it("closes at once while responses are stalled or drip", async () => {
    const errorCodes = ["stall_headers", "stall_body", "drip"] as const;
    await start(
      { kind: "stall_headers", at: [1] },
      { kind: "stall_body", at: [2] },
      { kind: "drip", everyMs: 3_600_000, at: [3] },
    );
    let pieces = 0;
    const onPiece = (): void => {
      pieces += 1;
    };
    const calls = errorCodes.map(() => rawCall(emulator, body, { onPiece }));
    await until(() => pieces === 2 && emulator.stats().output_tokens === 3 * normalTokens);
    expect(emulator.stats()).to.include({ in_flight: 3, answered: 0, billed: 3 });
    await emulator.close();
    for (const seen of await Promise.all(calls)) expect(seen.error).to.equal("ECONNRESET");
    await until(() => emulator.stats().in_flight === 0);
    expect(emulator.stats().answered).to.equal(0);
    await start();
  });
});
