import { expect } from "chai";
import { ConnectorError } from "../../src/errors.js";
import type { Invoke } from "../../src/invoke.js";
import type { Entry } from "../../src/ledger/entry.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import { recall, record } from "../../src/run/ledger.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";

const running = new AbortController().signal;
const request = requestOf("{}");

/** A ledger in memory, whose parts a spec may break. */
const ledgerOf = (changes: Partial<Ledger> = {}) => {
  const written: Entry[] = [];
  const ledger: Ledger = {
    path: "memory",
    find: async (key) => written.findLast((entry) => entry.key === key) ?? null,
    append: async (entry) => {
      written.push(entry);
    },
    entries: async function* () {
      yield* written;
    },
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

describe("recall", () => {
  it("answers from the ledger, without a call", async () => {
    const { ledger } = ledgerOf();
    const { invoke, seen } = counting(answerOf("first"));
    await record(ledger, invoke)(request, running);
    const again = await recall(ledger, "hold", invoke)(request, running);
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
    const result = await recall(ledger, "hold", invoke)(request, running);
    expect(result).to.have.nested.property("error.code", "ledger_unusable");
    expect(seen.calls).to.equal(0);
  });
});
