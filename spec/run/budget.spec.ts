import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import type { Ceilings } from "../../src/connection/connection.js";
import type { ErrorCode } from "../../src/core/errors.js";
import type { FailedInvocation, Invocation, Invoke, InvokeRequest } from "../../src/core/invoke.js";
import { AwsBedrockModel, closeLedger } from "../../src/index.js";
import { budget } from "../../src/run/budget.js";
import { createRun, type Run } from "../../src/run/run-state.js";
import { useBedrock } from "../support/bedrock.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

type Result = Invocation | FailedInvocation;

const running = new AbortController().signal;
const none: Ceilings = { rows: null, tokens: null, usd: null, prices: null };
const prices = { input: 1_000_000, output: 2_000_000 };
const codeOf = (result: Result): string => ("error" in result ? result.error.code : "ok");
const newRun = (): Run => createRun({ count: null, percent: null });

/** Calls under ceilings that end when the spec says so. */
const heldCalls = (ceilings: Partial<Ceilings>, run = newRun()) => {
  const open: ((result: Result) => void)[] = [];
  const started: string[] = [];
  const invoke: Invoke = ({ body }) => {
    started.push(body);
    return new Promise((resolve) => open.push(resolve));
  };
  const bounded = budget({ ...none, ...ceilings }, run, invoke);
  return {
    run,
    started,
    open,
    send: async (bodies: readonly string[], changes: Partial<InvokeRequest> = {}, stop = running) => {
      const results = bodies.map((body) => bounded(requestOf(body, changes), stop));
      await setImmediate();
      return results;
    },
    end: async (result: Result): Promise<void> => {
      open.shift()?.(result);
      await setImmediate();
    },
  };
};

describe("budget", () => {
  it("without a ceiling stands out of the way", async () => {
    const calls = heldCalls({});
    await calls.send(["a", "b"], { maxTokens: null });
    expect(calls.started).to.deep.equal(["a", "b"]);
  });

  it("takes exactly max_rows rows, ends the run with the next, and says which ceiling it was", async () => {
    const calls = heldCalls({ rows: 2 });
    const rows = await calls.send(["a", "b", "c", "d"]);
    expect(calls.started).to.deep.equal(["a", "b"]);
    await calls.end(answerOf("{}"));
    await calls.end(answerOf("{}"));
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal([
      "ok",
      "ok",
      "budget_reached",
      "budget_reached",
    ]);
    expect((await Promise.all(rows)).map(({ attempts }) => attempts)).to.deep.equal([1, 1, 0, 0]);
    expect(calls.run.ended()?.message).to.match(/max_rows is 2/);
  });

  it("names max_tokens_total and max_spend_usd where they end the run", async () => {
    const tokens = heldCalls({ tokens: 10 });
    expect((await Promise.all(await tokens.send(["a"]))).map(codeOf)).to.deep.equal(["budget_reached"]);
    expect(tokens.run.ended()?.message).to.match(/max_tokens_total.* 10\b/);
    const usd = heldCalls({ usd: 1.5, prices });
    expect((await Promise.all(await usd.send(["a"]))).map(codeOf)).to.deep.equal(["budget_reached"]);
    expect(usd.run.ended()?.message).to.match(/max_spend_usd.* 1\.5\b/);
    expect([...tokens.started, ...usd.started]).to.deep.equal([]);
  });

  it("lets a row that waits for room go when a call gives some back", async () => {
    // One call at its worst: some 165 tokens.
    const calls = heldCalls({ tokens: 200 });
    const rows = await calls.send(["a", "b", "c"]);
    expect(calls.started).to.deep.equal(["a"]);
    await calls.end(answerOf("{}", { inputTokens: 5, outputTokens: 5 }));
    expect(calls.started).to.deep.equal(["a", "b"]);
    await calls.end(answerOf("{}", { inputTokens: 5, outputTokens: 5 }));
    await calls.end(answerOf("{}", { inputTokens: 5, outputTokens: 5 }));
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["ok", "ok", "ok"]);
    expect(calls.run.ended()).to.equal(null);
  });

  it("gives all back for a call that was not billed", async () => {
    const calls = heldCalls({ rows: 1 });
    const rows = await calls.send(["a", "b"]);
    await calls.end(failureOf("throttled_requests"));
    expect(calls.started).to.deep.equal(["a", "b"]);
    await calls.end(answerOf("{}"));
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["throttled_requests", "ok"]);
  });

  for (const code of [
    "connection_lost",
    "deadline_exceeded",
    "service_error",
    "unreadable_response",
  ] as const)
    it(`keeps all of a call that ended with ${code}`, async () => {
      const calls = heldCalls({ rows: 1 });
      const rows = await calls.send(["a", "b"]);
      await calls.end(failureOf(code));
      expect((await Promise.all(rows)).map(codeOf)).to.deep.equal([code, "budget_reached"]);
    });

  it("keeps all of an answer that does not say its tokens", async () => {
    const calls = heldCalls({ tokens: 200 });
    const rows = await calls.send(["a", "b"]);
    await calls.end(answerOf("{}", { inputTokens: null, outputTokens: 5 }));
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["ok", "budget_reached"]);
  });

  for (const count of ["cacheReadTokens", "cacheWriteTokens"] as const)
    it(`counts what a prompt cache took: ${count}`, async () => {
      const calls = heldCalls({ tokens: 200 });
      const rows = await calls.send(["a", "b"]);
      await calls.end(answerOf("{}", { inputTokens: 5, outputTokens: 5, [count]: 40 }));
      expect(calls.started).to.deep.equal(["a"]);
      expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["ok", "budget_reached"]);
    });

  for (const ceilings of [{ tokens: 1e6 }, { usd: 1000, prices }])
    it(`refuses a body without an output limit under ${Object.keys(ceilings)[0]}, and goes on`, async () => {
      const calls = heldCalls(ceilings);
      const [refused] = await Promise.all(await calls.send(["a"], { maxTokens: null }));
      expect(refused).to.have.nested.property("error.code", "invalid_body");
      expect(refused).to.have.property("attempts", 0);
      expect(refused).to.have.nested.property("error.message").that.contains("max_tokens_total");
      expect(calls.started).to.deep.equal([]);
      expect(calls.run.ended()).to.equal(null);
      await calls.send(["b"]);
      expect(calls.started).to.deep.equal(["b"]);
    });

  it("needs no output limit for max_rows", async () => {
    const calls = heldCalls({ rows: 5 });
    await calls.send(["a"], { maxTokens: null });
    expect(calls.started).to.deep.equal(["a"]);
  });

  it("counts bytes, not letters, as the most that the input may be", async () => {
    const letters = "語".repeat(100);
    const calls = heldCalls({ tokens: 350 });
    expect((await Promise.all(await calls.send([letters]))).map(codeOf)).to.deep.equal(["budget_reached"]);
  });

  it("releases rows that wait for room when the run ends for another reason", async () => {
    const calls = heldCalls({ rows: 1 });
    const rows = await calls.send(["a", "b", "c"]);
    calls.run.end("daily_quota_reached");
    await calls.end(failureOf("throttled_requests"));
    expect(calls.started).to.deep.equal(["a"]);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal([
      "throttled_requests",
      "daily_quota_reached",
      "daily_quota_reached",
    ]);
  });

  it("does not send a row that a stop found waiting for room", async () => {
    const stop = new AbortController();
    const calls = heldCalls({ rows: 1 });
    const rows = await calls.send(["a", "b"], {}, stop.signal);
    stop.abort();
    await calls.end(failureOf("throttled_requests"));
    expect(calls.started).to.deep.equal(["a"]);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["throttled_requests", "stopped"]);
  });
});

describe("budget: whatever comes back, and in whatever order", () => {
  const failures: ErrorCode[] = [
    "throttled_tokens",
    "access_denied",
    "connection_lost",
    "unreadable_response",
  ];
  const row = fc.record({
    bytes: fc.integer({ min: 1, max: 300 }),
    maxTokens: fc.integer({ min: 1, max: 300 }),
    /** How the call ends: a failure, or an answer that took these shares of its worst, or does not say. */
    end: fc.oneof(
      fc.constantFrom(...failures),
      fc.record({
        input: fc.double({ min: 0, max: 1, noNaN: true }),
        output: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.constant(null),
    ),
  });
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const scenario = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 12 }),
    maxRows: some(fc.integer({ min: 1, max: 10 })),
    maxTokens: some(fc.integer({ min: 100, max: 3000 })),
    maxUsd: some(fc.double({ min: 0.0001, max: 0.02, noNaN: true })),
    order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
  });
  const listPrices = { input: 3, output: 15 };

  it("no ceiling is passed by what may have been billed, every row ends, and the end is named", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ rows, maxRows, maxTokens, maxUsd, order }) => {
        const billed = { rows: 0, tokens: 0, usd: 0 };
        const add = (input: number, output: number, sign = 1): void => {
          billed.rows += sign;
          billed.tokens += sign * (input + output);
          billed.usd += (sign * (input * listPrices.input + output * listPrices.output)) / 1e6;
        };
        const check = (): void => {
          if (maxRows !== null) expect(billed.rows).to.be.at.most(maxRows);
          if (maxTokens !== null) expect(billed.tokens).to.be.at.most(maxTokens);
          if (maxUsd !== null) expect(billed.usd).to.be.at.most(maxUsd + 1e-12);
        };
        const open: (() => void)[] = [];
        const sent = new Set<number>();
        const invoke: Invoke = (request) => {
          const index = Number(request.key);
          const { bytes, maxTokens: most, end } = rows[index] as (typeof rows)[number];
          expect(sent.has(index), "sent twice").to.equal(false);
          sent.add(index);
          // While it is open it may be billed in full.
          add(bytes, most);
          check();
          return new Promise((resolve) =>
            open.push(() => {
              if (typeof end === "string") {
                const failure = failureOf(end);
                if (failure.error.billed === "no") add(bytes, most, -1);
                resolve(failure);
                return;
              }
              const used = end && {
                input: Math.floor(end.input * bytes),
                output: Math.floor(end.output * most),
              };
              if (used) {
                add(bytes, most, -1);
                add(used.input, used.output);
              }
              resolve(
                answerOf("{}", { inputTokens: used?.input ?? null, outputTokens: used?.output ?? null }),
              );
            }),
          );
        };
        const run = newRun();
        const bounded = budget(
          { rows: maxRows, tokens: maxTokens, usd: maxUsd, prices: listPrices },
          run,
          invoke,
        );
        const results: Result[] = [];
        for (const [index, { bytes, maxTokens: most }] of rows.entries())
          void bounded(requestOf("x".repeat(bytes), { key: String(index), maxTokens: most }), running).then(
            (result) => {
              results[index] = result;
            },
          );
        for (const pick of order) {
          await setImmediate();
          open.splice(pick % Math.max(1, open.length), 1)[0]?.();
        }
        await setImmediate();
        expect(open).to.have.length(0);
        expect(Object.keys(results), "rows that ended").to.have.length(rows.length);
        for (const [index, result] of results.entries())
          if (!sent.has(index)) {
            expect(codeOf(result)).to.equal("budget_reached");
            expect(result.attempts).to.equal(0);
          }
        expect(run.ended() !== null).to.equal(sent.size < rows.length);
        if (run.ended()) expect(run.ended()?.message).to.match(/max_(rows|tokens_total|spend_usd)/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a run with max_rows", () => {
  const bedrock = useBedrock();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "budget-"));
  });
  after(async () => {
    await closeLedger(join(folder, "ledger"));
    await rm(folder, { recursive: true });
  });

  const write = (records: readonly unknown[], changes: Record<string, unknown>, sync_run_id: string) =>
    new AwsBedrockModel().write(syncConfig(localConfig(bedrock.url, changes), { sync_run_id }), records);

  it("calls for that many rows, and goes on with the next ones the next time", async () => {
    const letters = Array.from({ length: 50 }, (_, id) => ({ id, text: `Letter ${id}` }));
    const changes = { max_rows: "10", ledger: join(folder, "ledger") };
    for (const time of [1, 2, 3, 4, 5]) {
      const { tracking } = await write(letters, changes, `run ${time}`);
      const { summary } = tracking.meta;
      expect(bedrock.stats().requests).to.equal(10 * time);
      expect(summary).to.include({ calls: 10, enriched: 10 * time, reused: 10 * (time - 1), failed: 0 });
      expect(summary.not_sent).to.equal(50 - 10 * time);
      if (time < 5) expect(summary.errors.budget_reached?.message).to.contain("max_rows is 10");
      expect(rowsOf({ tracking }).map(({ id }) => id)).to.deep.equal(letters.map(({ id }) => id));
    }
    expect(bedrock.stats()).to.include({ billed: 50, distinct_billed: 50 });
  });

  it("has rows that it did not send cost nothing, and not an unknown sum", async () => {
    const { tracking } = await write([{ text: "One." }, { text: "Two." }], { max_rows: "1" }, "unsent");
    const [sent, unsent] = rowsOf({ tracking }).map(({ _bedrock }) => _bedrock);
    expect(sent?.cost_usd).to.be.above(0);
    expect(unsent).to.include({ status: "not_sent", cost_usd: 0 });
  });

  it("is not widened by a row's own limit that is none, which fails that row alone", async () => {
    const body = {
      inferenceConfig: { maxTokens: "{{ limit }}" },
      messages: [{ role: "user", content: [{ text: "{{ text }}" }] }],
    };
    const config = localConfig(bedrock.url, {
      request_format: JSON.stringify(body),
      max_tokens_total: 1_500,
    });
    const records = [-100_000, 0.5, 20].map((limit) => ({ limit, text: `Limit ${limit}.` }));
    const before = bedrock.stats().requests;
    const out = rowsOf(await new AwsBedrockModel().write(syncConfig(config), records));
    expect(out.map(({ _bedrock: { error, status } }) => `${status} ${error?.code ?? ""}`)).to.deep.equal([
      "failed invalid_body",
      "failed invalid_body",
      "enriched ",
    ]);
    expect(bedrock.stats().requests - before).to.equal(1);
  });

  it("takes nothing for rows that share a call", async () => {
    const before = bedrock.stats().requests;
    const { tracking } = await write(Array(50).fill({ text: "Always the same." }), { max_rows: "1" }, "same");
    expect(tracking).to.include({ success: 50, failed: 0 });
    expect(bedrock.stats().requests - before).to.equal(1);
  });

  it("counts over the many calls of write that are one run", async () => {
    const before = bedrock.stats().requests;
    const pages = await Promise.all(
      [0, 1, 2, 3].map((page) =>
        write(
          Array.from({ length: 10 }, (_, id) => ({ text: `Page ${page}, letter ${id}` })),
          { max_rows: "15" },
          "pages",
        ),
      ),
    );
    expect(bedrock.stats().requests - before).to.equal(15);
    expect(pages.reduce((sum, { tracking }) => sum + (tracking.success ?? 0), 0)).to.equal(15);
    expect(pages.reduce((sum, { tracking }) => sum + (tracking.failed ?? 0), 0)).to.equal(25);
  });
});
