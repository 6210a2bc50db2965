import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import type { Invocation, Invoke } from "../../src/core/invoke.js";
import { invokeUntilFit } from "../../src/enrich/invoke-until-fit.js";
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

/** What a row's calls came to, where the answer `bad` does not fit. */
const until = async (retries: number, invoke: Invoke) => {
  const read = ({ body }: Invocation) => (body === "bad" ? new ConnectorError("schema_mismatch") : body);
  const ended = await invokeUntilFit(request, invoke, running, retries, read);
  if ("error" in ended) return ended;
  const { answer, columns } = ended;
  return { ...answer, ...answer.usage, columns };
};

describe("invokeUntilFit", () => {
  it("asks again under keys of their own until an answer fits, and counts all that it took", async () => {
    const { invoke, keys } = answering(answerOf("bad"), answerOf("bad"), answerOf("good"), answerOf("late"));
    const result = await until(5, invoke);
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
    await until(1, first.invoke);
    await until(1, second.invoke);
    expect(first.keys).to.deep.equal(second.keys);
  });

  it("gives the last answer when none fits", async () => {
    const { invoke, keys } = answering(answerOf("bad"), answerOf("bad"), answerOf("good"));
    expect(await until(1, invoke)).to.include({
      body: "bad",
      attempts: 2,
    });
    expect(keys).to.have.length(2);
  });

  it("counts nothing for answers that were there already", async () => {
    const stored = { attempts: 0, inputTokens: 7, outputTokens: 8 };
    const { invoke } = answering(answerOf("bad", stored), answerOf("good"));
    const paid = await until(1, invoke);
    expect(paid).to.include({ attempts: 1, inputTokens: 10, outputTokens: 5 });
    const free = await until(1, answering(answerOf("good", stored)).invoke);
    expect(free).to.include(stored);
  });

  it("leaves the row with the answer it had when a retry fails", async () => {
    const { invoke } = answering(answerOf("bad"), failureOf("deadline_exceeded"));
    expect(await until(3, invoke)).to.include({
      body: "bad",
      attempts: 2,
    });
  });

  it("hands a first failure on", async () => {
    const { invoke, keys } = answering(failureOf("invalid_request"));
    const result = await until(3, invoke);
    expect(result).to.have.nested.property("error.code", "invalid_request");
    expect(keys).to.have.length(1);
  });
});
