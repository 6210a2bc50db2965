import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import type { Invoke, Read } from "../../src/core/invoke.js";
import type { OnUnknown } from "../../src/core/outcome.js";
import { complete } from "../../src/enrich/enrich.js";
import { compilePlan } from "../../src/enrich/plan.js";
import { readAnswer } from "../../src/models/read-answer.js";
import type { Entry } from "../../src/run/ledger/entry.js";
import type { Ledger } from "../../src/run/ledger/ledger.js";
import { record, reuse } from "../../src/run/record-and-reuse.js";
import { answerOf, failureOf, readPlainly, requestOf } from "../support/requests.js";
import { localConfig } from "../support/sync-config.js";

const running = new AbortController().signal;
const request = requestOf("{}");
const read = readPlainly;

/** A ledger in memory, whose parts a spec may break. */
const ledgerOf = (changes: Partial<Ledger> = {}) => {
  const written: Entry[] = [];
  const ledger: Ledger = {
    path: "memory",
    lost: 0,
    find: async (key) => written.findLast((entry) => entry.key === key) ?? null,
    append: async (entry) => {
      written.push(entry);
    },
    entries: async function* () {
      yield* written;
    },
    jobs: async () => [],
    appendJob: async () => true,
    addCall: async () => null,
    callsOf: async function* () {},
    close: async () => undefined,
    isOpen: () => true,
    ...changes,
  };
  return { ledger, written, states: () => written.map(({ state }) => state) };
};

const counting = (...results: Awaited<ReturnType<Invoke>>[]) => {
  const seen = { calls: 0 };
  const invoke: Invoke = async () => results[seen.calls++] ?? answerOf("{}");
  return { invoke, seen };
};

describe("record", () => {
  it("has the intent written before the call, and the answer before it is handed over", async () => {
    const { ledger, states } = ledgerOf();
    const result = await record(ledger, async () => {
      expect(states()).to.deep.equal(["intent"]);
      return answerOf("{}");
    })(request, running);
    expect(states()).to.deep.equal(["intent", "received"]);
    expect(result).to.include({ body: "{}" });
  });

  it("sends nothing when the intent cannot be written", async () => {
    const { ledger } = ledgerOf({
      append: async () => {
        throw new ConnectorError("ledger_unwritable");
      },
    });
    const { invoke, seen } = counting();
    const result = await record(ledger, invoke)(request, running);
    expect(result).to.have.nested.property("error.code", "ledger_unwritable");
    expect(seen.calls).to.equal(0);
  });

  it("hands a paid answer over though it cannot be written", async () => {
    const { ledger } = ledgerOf({
      append: async ({ state }) => {
        if (state === "received") throw new ConnectorError("ledger_unwritable");
      },
    });
    expect(await record(ledger, counting(answerOf("paid")).invoke)(request, running)).to.include({
      body: "paid",
    });
  });

  it("tells what was not billed from what may have been", async () => {
    for (const [code, state] of [
      ["throttled_requests", "refused"],
      ["deadline_exceeded", "unknown"],
      ["unreadable_response", "unknown"],
    ] as const) {
      const { ledger, states } = ledgerOf();
      await record(ledger, counting(failureOf(code)).invoke)(request, running);
      expect(states(), code).to.deep.equal(["intent", state]);
    }
  });
});

describe("the counts of a prompt cache", () => {
  const cached = { cacheReadTokens: 3000, cacheWriteTokens: 400 };
  const answer = '{"output":{"message":{"content":[{"text":"Fine."}]}},"stopReason":"end_turn"}';

  it("come back from the ledger, and take no room where there are none", async () => {
    const { ledger, written } = ledgerOf();
    await record(ledger, counting(answerOf("{}", cached)).invoke)(request, running);
    expect(written.at(-1)).to.include({ cache_read_tokens: 3000, cache_write_tokens: 400 });
    const again = await reuse(ledger, read, "hold", counting().invoke)(request, running);
    expect(again).to.have.property("usage").that.includes(cached);

    for (const none of [{}, { cacheReadTokens: 0, cacheWriteTokens: 0 }]) {
      const plain = ledgerOf();
      await record(plain.ledger, counting(answerOf("{}", none)).invoke)(request, running);
      expect(plain.written.at(-1)).not.to.have.any.keys("cache_read_tokens", "cache_write_tokens");
      const again = await reuse(plain.ledger, read, "hold", counting().invoke)(request, running);
      expect(again).to.have.property("usage").that.includes({ cacheReadTokens: 0, cacheWriteTokens: 0 });
    }
  });

  it("make what a stored answer saves what it had cost", async () => {
    const plan = compilePlan(localConfig("http://127.0.0.1:9"), "enrich");
    if (plan instanceof ConnectorError) throw plan;
    const { ledger } = ledgerOf();
    const byFamily: Read = ({ body }, given) => readAnswer(plan.family, body, given);
    const call: Invoke = async (sent) =>
      byFamily(sent, {
        body: answer,
        counts: { inputTokens: 10, outputTokens: 5, ...cached },
        latencyMs: 1,
        requestId: null,
        attempts: 1,
      });
    const invoke = reuse(ledger, byFamily, "hold", record(ledger, call));
    const first = await complete({}, request, plan, invoke, running);
    const again = await complete({}, request, plan, invoke, running);
    expect(again.trace).to.include({ status: "enriched", attempts: 0, cost_usd: 0 });
    // 10 tokens in and 5 out alone are two millionths.
    expect(first.trace.cost_usd).to.be.greaterThan(40e-6);
    expect(again.savedUsd).to.equal(first.trace.cost_usd);
  });
});

describe("reuse", () => {
  it("answers from the ledger, without a call", async () => {
    const { ledger } = ledgerOf();
    const { invoke, seen } = counting(answerOf("first"));
    await record(ledger, invoke)(request, running);
    const again = await reuse(ledger, read, "hold", invoke)(request, running);
    expect(again).to.include({ body: "first", attempts: 0 });
    expect(seen.calls).to.equal(1);
  });

  it("sends nothing when the ledger cannot be read, and does not reject", async () => {
    const { ledger } = ledgerOf({
      find: async () => {
        throw new Error("EIO: i/o error, read");
      },
    });
    const { invoke, seen } = counting();
    const result = await reuse(ledger, read, "hold", invoke)(request, running);
    expect(result).to.have.nested.property("error.code", "ledger_unusable");
    expect(seen.calls).to.equal(0);
  });

  const held: [onUnknown: OnUnknown, state: "intent" | "unknown" | "refused", calls: number][] = [
    ["hold", "intent", 0],
    ["hold", "unknown", 0],
    ["hold", "refused", 1],
    ["retry", "intent", 1],
    ["retry", "unknown", 1],
  ];
  for (const [onUnknown, state, calls] of held)
    it(`sends a row whose last entry is ${state} ${calls ? "again" : "not again"} where it is to ${onUnknown}`, async () => {
      const { ledger } = ledgerOf();
      const { key, modelId: model, routeKey: target, body } = request;
      const entry = { key, at: 1, model, target, body };
      await ledger.append(state === "intent" ? { state, ...entry } : { state, ...entry, code: "stopped" });
      const { invoke, seen } = counting();
      const result = await reuse(ledger, read, onUnknown, invoke)(request, running);
      expect(seen.calls).to.equal(calls);
      if (calls === 0) expect(result).to.have.nested.property("error.code", "outcome_unknown");
    });
});
