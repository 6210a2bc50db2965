import { expect } from "chai";
import type { Invocation, Invoke } from "../../src/core/invoke.js";
import { retryMismatch } from "../../src/run/retry-mismatch.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";

const running = new AbortController().signal;
const request = requestOf("{}");

/** Answers in turn, and the keys that they were asked by. */
const answering = (...results: Awaited<ReturnType<Invoke>>[]) => {
  const keys: string[] = [];
  const invoke: Invoke = async ({ key }) => {
    keys.push(key);
    return results[keys.length - 1] ?? failureOf("unexpected_error");
  };
  return { invoke, keys };
};

const badIsBad = (_: unknown, { body, inputTokens, outputTokens }: Invocation) => ({
  again: body === "bad",
  inputTokens,
  outputTokens,
});

describe("retryMismatch", () => {
  it("asks again under keys of their own until an answer fits, and counts all that it took", async () => {
    const { invoke, keys } = answering(answerOf("bad"), answerOf("bad"), answerOf("good"), answerOf("late"));
    const result = await retryMismatch(5, badIsBad, invoke)(request, running);
    expect(result).to.include({ body: "good", attempts: 3, inputTokens: 30, outputTokens: 15 });
    expect(keys[0]).to.equal(request.key);
    expect(new Set(keys)).to.have.property("size", 3);
    for (const key of keys) expect(key).to.match(/^[0-9a-f]{32}$/);
  });

  it("asks by the same keys every time, so that a ledger finds the answers", async () => {
    const [first, second] = [
      answering(answerOf("bad"), answerOf("good")),
      answering(answerOf("bad"), answerOf("x")),
    ];
    await retryMismatch(1, badIsBad, first.invoke)(request, running);
    await retryMismatch(1, badIsBad, second.invoke)(request, running);
    expect(first.keys).to.deep.equal(second.keys);
  });

  it("gives the last answer when none fits", async () => {
    const { invoke, keys } = answering(answerOf("bad"), answerOf("bad"), answerOf("good"));
    expect(await retryMismatch(1, badIsBad, invoke)(request, running)).to.include({
      body: "bad",
      attempts: 2,
    });
    expect(keys).to.have.length(2);
  });

  it("counts nothing for answers that were there already", async () => {
    const stored = { attempts: 0, inputTokens: 7, outputTokens: 8 };
    const { invoke } = answering(answerOf("bad", stored), answerOf("good"));
    const paid = await retryMismatch(1, badIsBad, invoke)(request, running);
    expect(paid).to.include({ attempts: 1, inputTokens: 10, outputTokens: 5 });
    const free = await retryMismatch(
      1,
      badIsBad,
      answering(answerOf("good", stored)).invoke,
    )(request, running);
    expect(free).to.include(stored);
  });

  it("leaves the row with the answer it had when a retry fails", async () => {
    const { invoke } = answering(answerOf("bad"), failureOf("deadline_exceeded"));
    expect(await retryMismatch(3, badIsBad, invoke)(request, running)).to.include({
      body: "bad",
      attempts: 2,
    });
  });

  it("hands a first failure on", async () => {
    const { invoke, keys } = answering(failureOf("invalid_request"));
    const result = await retryMismatch(3, badIsBad, invoke)(request, running);
    expect(result).to.have.nested.property("error.code", "invalid_request");
    expect(keys).to.have.length(1);
  });
});
