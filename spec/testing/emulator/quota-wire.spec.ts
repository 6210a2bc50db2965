import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import {
  type Emulator,
  type EmulatorOptions,
  type Quota,
  startEmulator,
} from "../../../src/testing/emulator/index.js";
import { body, modelId, rawCall } from "./raw-call.js";

describe("emulator: a quota on the wire", () => {
  let emulator: Emulator;
  afterEach(() => emulator.close());
  const start = async (quota: Quota | null, options: EmulatorOptions = {}): Promise<void> => {
    emulator = await startEmulator({ ...options, quota });
  };
  const statuses = async (calls: number, sent?: string): Promise<number[]> => {
    const seen = await Promise.all(Array.from({ length: calls }, () => rawCall(emulator, sent)));
    return seen.map(({ status }) => status).sort();
  };

  it("throttles in the service's words, bills nothing for it, and counts both", async () => {
    await start({ requests_per_second: 0.001, burst: 2 });
    expect(await statuses(4)).to.deep.equal([200, 200, 429, 429]);
    const seen = await rawCall(emulator);
    expect(seen.body).to.equal('{"message":"Too many requests, please wait before trying again."}');
    expect(seen.headers["x-amzn-errortype"]).to.match(/^ThrottlingException:/);
    expect(emulator.stats()).to.deep.include({
      admitted: 2,
      rejected: 3,
      answered: 2,
      billed: 2,
      refused: { ThrottlingException: 3 },
    });
  });

  it("takes the answer's limit from the body, in the family's own key, and 4096 without one", async () => {
    const limited = JSON.stringify({ message: "Hi.", max_tokens: 100 });
    await start({ tokens_per_minute: 0.001, token_burst: 4_097 });
    expect(await statuses(1, JSON.stringify({ message: "Hello" }))).to.deep.equal([429]);
    expect(await statuses(1, JSON.stringify({ message: "Hi." }))).to.deep.equal([200]);
    expect(await statuses(1, limited)).to.deep.equal([200]);
  });

  it("gives back at the end of a call what it did not use", async () => {
    const stop = { kind: "stop", reason: "COMPLETE", text: "x".repeat(240) } as const;
    await start({ tokens_per_minute: 0.001, token_burst: 1_000, burndown: 5 }, { faults: [stop] });
    const sent = JSON.stringify({ message: "Hi.", max_tokens: 690 });
    // A call reserves 691 tokens and takes 301 in the end.
    expect(await statuses(1, sent)).to.deep.equal([200]);
    expect(await statuses(1, sent)).to.deep.equal([200]);
    expect(await statuses(1, sent)).to.deep.equal([429]);
  });

  it("refuses as overloaded what comes in above the calls that are open", async () => {
    await start({ overload_above: 1 }, { latencyMs: 3_600_000 });
    const client = new AbortController();
    const call = rawCall(emulator, body, { signal: client.signal });
    while (emulator.stats().admitted === 0) await turn();
    const seen = await rawCall(emulator);
    expect(seen.status).to.equal(503);
    expect(seen.headers["x-amzn-errortype"]).to.match(/^ServiceUnavailableException:/);
    client.abort();
    await call;
  });

  it("takes nothing for a request that is refused for itself", async () => {
    await start({ requests_per_second: 0.001, burst: 1 });
    expect(await statuses(3, "{}")).to.deep.equal([400, 400, 400]);
    expect((await rawCall(emulator, body, { apiKey: "wrong" })).status).to.equal(403);
    expect(await statuses(2)).to.deep.equal([200, 429]);
  });

  it("is changed while it runs, also by another process", async () => {
    await start({ requests_per_second: 0.001, burst: 1 });
    const set = async (quota: string): Promise<string> => {
      const response = await fetch(`${emulator.url}/__quota`, { method: "POST", body: quota });
      return `${response.status}${await response.text()}`;
    };
    expect(await set('{"requests_per_second":0.001,"burst":9}')).to.equal("204");
    expect(await statuses(2), "a larger bucket is no fuller").to.deep.equal([200, 429]);
    expect(await set("null")).to.equal("204");
    expect(await statuses(2)).to.deep.equal([200, 200]);
    expect(await set("{")).to.match(/^400.*must be an object, words or null, written as JSON/);
    expect(await set('"chance 100%, retry after 2s"')).to.equal("204");
    expect((await rawCall(emulator)).headers).to.include({ "retry-after": "2" });
    emulator.setQuota({ requests_per_second: 0.001, burst: 1 });
    expect(await statuses(2)).to.deep.equal([200, 429]);
    expect(emulator.stats().models).to.deep.equal({ [modelId]: 7 });
  });

  for (const [malformed, message] of [
    [[], "The quota must be an object, words, or null for none; this is a list that does not fit."],
    [
      { requests: 1 },
      "quota.requests is not a field; take one of requests_per_second, burst, window_seconds, tokens_per_minute, token_burst, burndown, overload_above, chance, refused, neighbour, retry_after_seconds, seed.",
    ],
    [{ requests_per_second: 0 }, "quota.requests_per_second must be a number above 0; it is 0."],
    [{ burst: 0.5 }, "quota.burst must be a number of 1 or more; it is 0.5."],
    [{ burndown: "5" }, "quota.burndown must be a number above 0; it is a string that does not fit."],
  ] as const)
    it(`refuses ${JSON.stringify(malformed)}`, async () => {
      await start(null);
      expect(() => emulator.setQuota(malformed as Quota)).to.throw(TypeError, message);
      const refused = await startEmulator({ quota: malformed as Quota }).catch((reason: Error) => reason);
      expect(refused).to.include({ message });
    });

  it("answers after a time between two, where two are given", async () => {
    await start(null, { latencyMs: [20, 40] });
    const { headers } = await rawCall(emulator);
    expect(Number(headers["x-amzn-bedrock-invocation-latency"])).to.be.at.least(19);
  });
});
