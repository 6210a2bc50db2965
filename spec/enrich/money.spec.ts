import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, type Summary } from "../../src/index.js";
import type { Fault } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";
import { type Row, rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const texts = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `mail-${id}-.` }));
/** The one row that meets the fault. */
const hit = "mail-4-.";

describe("what a fault costs", () => {
  const bedrock = useBedrock();
  let folder: string;
  const connector = new AwsBedrockModel();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bedrock-money-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  let runs = 0;
  const run = async (faults: readonly Fault[], changes: Record<string, unknown> = {}, rows = texts(10)) => {
    const before = bedrock.stats();
    bedrock.setFaults(faults);
    const config = localConfig(bedrock.url, { max_concurrency: 4, ...changes });
    const message = await connector.write(syncConfig(config, { sync_id: `run ${runs++}` }), rows);
    bedrock.setFaults([]);
    const after = bedrock.stats();
    const { summary } = message.tracking.meta;
    return {
      rows: rowsOf(message),
      summary,
      requests: after.requests - before.requests,
      billed: after.billed - before.billed,
    };
  };

  /** N in, N out, in order, every row counted once. */
  const invariant = (rows: readonly Row[], { received, enriched, failed, held, not_sent }: Summary): void => {
    expect(rows.map(({ id }) => id)).to.deep.equal(rows.map((_, id) => id));
    expect(enriched + failed + held + not_sent)
      .to.equal(received)
      .and.to.equal(rows.length);
  };

  const cases: {
    what: string;
    fault: Fault;
    changes?: Record<string, unknown>;
    status: string;
    code?: string;
    rowBilled: string;
    /** Requests for the row that is hit, 1 by default, and how many calls are billed for it, 1 by default. */
    requests?: number;
    billed?: number;
  }[] = [
    {
      what: "a throttle, then an answer",
      fault: {
        kind: "error",
        status: 429,
        type: "ThrottlingException",
        message: "Too many requests",
        retryAfter: 0,
        includes: hit,
        times: 1,
      },
      status: "enriched",
      rowBilled: "yes",
      requests: 2,
      billed: 1,
    },
    {
      what: "an overload, then an answer",
      fault: {
        kind: "error",
        status: 529,
        type: "overloaded_error",
        message: "Overloaded",
        includes: hit,
        times: 1,
      },
      status: "enriched",
      rowBilled: "yes",
      requests: 2,
      billed: 1,
    },
    {
      what: "a server error",
      fault: {
        kind: "error",
        status: 500,
        type: "InternalServerException",
        message: "Internal",
        billed: true,
        includes: hit,
      },
      status: "held",
      code: "service_error",
      rowBilled: "unknown",
    },
    {
      what: "a server error, with on_unknown: fail",
      fault: {
        kind: "error",
        status: 500,
        type: "InternalServerException",
        message: "Internal",
        includes: hit,
      },
      changes: { on_unknown: "fail" },
      status: "failed",
      code: "service_error",
      rowBilled: "unknown",
      requests: 1,
      billed: 0,
    },
    {
      what: "a model timeout",
      fault: {
        kind: "error",
        status: 408,
        type: "ModelTimeoutException",
        message: "Timeout",
        billed: true,
        includes: hit,
      },
      status: "held",
      code: "model_timeout",
      rowBilled: "unknown",
    },
    {
      what: "a body that the service refuses",
      fault: {
        kind: "error",
        status: 400,
        type: "ValidationException",
        message: "Malformed input request",
        includes: hit,
      },
      status: "failed",
      code: "invalid_request",
      rowBilled: "no",
      requests: 1,
      billed: 0,
    },
    {
      what: "a reset after the request",
      fault: { kind: "reset_after", includes: hit },
      status: "held",
      code: "connection_lost",
      rowBilled: "unknown",
    },
    {
      what: "a body that breaks off",
      fault: { kind: "torn_body", includes: hit },
      status: "failed",
      code: "unreadable_response",
      rowBilled: "yes",
    },
    {
      what: "a slow drip",
      fault: { kind: "drip", everyMs: 1, includes: hit },
      status: "enriched",
      rowBilled: "yes",
    },
    ...["", "not JSON", "[1]", '{"output":', '{"other":1}'].map((body) => ({
      what: `the body ${JSON.stringify(body)}`,
      fault: { kind: "body", body, includes: hit } as const,
      status: "failed",
      code: "unreadable_response",
      rowBilled: "yes",
    })),
    {
      what: "a content filter",
      fault: { kind: "stop", reason: "content_filtered", text: "", includes: hit },
      status: "failed",
      code: "content_filtered",
      rowBilled: "yes",
    },
    {
      what: "a guardrail",
      fault: { kind: "guardrail", includes: hit },
      status: "failed",
      code: "guardrail_intervened",
      rowBilled: "yes",
    },
    {
      what: "an answer that was cut off",
      fault: { kind: "stop", reason: "max_tokens", includes: hit },
      status: "enriched",
      rowBilled: "yes",
    },
    {
      what: "an answer that was cut off, with on_truncated: fail",
      fault: { kind: "stop", reason: "max_tokens", includes: hit },
      changes: { on_truncated: "fail" },
      status: "failed",
      code: "truncated",
      rowBilled: "yes",
    },
  ];

  for (const { what, fault, changes, status, code, rowBilled, requests = 1, billed = 1 } of cases)
    it(`${what}: the row is ${status}, billed ${rowBilled}, after ${requests} requests; no other row is touched`, async () => {
      const result = await run([fault], changes);
      invariant(result.rows, result.summary);
      for (const [id, { _bedrock, completion }] of result.rows.entries()) {
        if (id !== 4) {
          expect(_bedrock).to.include({ status: "enriched", attempts: 1, billed: "yes" });
          continue;
        }
        expect(_bedrock).to.include({ status, billed: rowBilled, attempts: requests });
        expect(_bedrock.error?.code).to.equal(code);
        expect(completion === null).to.equal(status !== "enriched");
      }
      expect(result.requests).to.equal(9 + requests);
      expect(result.billed).to.equal(9 + billed);
      expect(result.summary.calls).to.equal(result.requests);
    });

  it("headers that never come and a body that stalls: the row is held, billed unknown; no other row is touched", async () => {
    const stalls = { 4: "stall_headers", 6: "stall_body" } as const;
    const faults = Object.entries(stalls).map(([id, kind]) => ({ kind, includes: `mail-${id}-.` }));
    // Both are waited for together.
    const result = await run(faults, { request_timeout_seconds: 5 });
    invariant(result.rows, result.summary);
    for (const [id, { _bedrock, completion }] of result.rows.entries()) {
      const isHit = id in stalls;
      expect(_bedrock).to.include(
        isHit
          ? { status: "held", billed: "unknown", attempts: 1 }
          : { status: "enriched", billed: "yes", attempts: 1 },
      );
      expect(_bedrock.error?.code).to.equal(isHit ? "deadline_exceeded" : undefined);
      expect(completion === null).to.equal(isHit);
    }
    expect([result.requests, result.billed, result.summary.calls]).to.deep.equal([10, 10, 10]);
  });

  it("a throttled row does not hold up the others, and the summary has one line for all throttles", async () => {
    const throttle = (message: string, includes: string): Fault => ({
      kind: "error",
      status: 429,
      type: "ThrottlingException",
      message,
      retryAfter: 0,
      includes,
      times: 1,
    });
    const { summary, rows } = await run([
      throttle("Too many requests, please wait.", "mail-2-."),
      throttle("Too many requests, please wait.", "mail-3-."),
      throttle("Too many tokens, please wait.", "mail-5-."),
    ]);
    invariant(rows, summary);
    expect(summary).to.deep.include({
      enriched: 10,
      rejections: { throttled_requests: 2, throttled_tokens: 1 },
      errors: {},
    });
  });

  it("the day's quota ends the run: the rest is not sent, and the reason says when to go on", async () => {
    const fault: Fault = {
      kind: "error",
      status: 429,
      type: "ThrottlingException",
      message: "Too many tokens per day, please wait before trying again.",
      includes: "mail-2",
    };
    const { rows, summary, requests } = await run([fault], { max_concurrency: 1 }, texts(60));
    invariant(rows, summary);
    // Rows 2 and 20 to 29 hold the words; the first of them ends the run.
    expect(summary).to.include({ enriched: 2, failed: 0, held: 0, not_sent: 58 });
    expect(requests).to.equal(3);
    expect(rows[30]?._bedrock.error?.code).to.equal("daily_quota_reached");
    expect(rows[30]?._bedrock.error?.message).to.contain("Run the rest when it resets");
  });

  it("a mistake that every row meets costs three calls, and the reason holds the fix", async () => {
    const fault: Fault = {
      kind: "error",
      status: 403,
      type: "AccessDeniedException",
      message: "not authorized",
    };
    const { rows, summary, requests, billed } = await run([fault], {}, texts(100));
    invariant(rows, summary);
    expect(requests).to.equal(3);
    expect(billed).to.equal(0);
    expect(summary).to.include({ failed: 3, not_sent: 97 });
    expect(rows[99]?._bedrock.error).to.include({ code: "run_broken", retryable: true });
    expect(rows[99]?._bedrock.error?.message).to.contain("bedrock:InvokeModel");
  });

  it("a run that goes badly ends at the failures that are tolerated", async () => {
    const fault: Fault = { kind: "reset_after", rate: 0.5 };
    const { rows, summary } = await run(
      [fault],
      // A quota of its own, which no throttle of another spec has slowed down.
      { tolerated_failure_count: 3, max_concurrency: 1, region: "eu-west-1" },
      texts(60),
    );
    invariant(rows, summary);
    // A call that was open when the fourth one failed may be a fifth.
    expect(summary.held).to.be.within(4, 5);
    expect(rows.at(-1)?._bedrock.error?.code).to.equal("too_many_failures");
  });

  it("the rows' tokens add up to what the service counted", async () => {
    const before = bedrock.stats();
    const { rows, summary } = await run([]);
    const after = bedrock.stats();
    expect(summary.input_tokens).to.equal(after.input_tokens - before.input_tokens);
    expect(summary.output_tokens).to.equal(after.output_tokens - before.output_tokens);
    expect(rows.reduce((sum, { _bedrock }) => sum + (_bedrock.input_tokens ?? 0), 0)).to.equal(
      summary.input_tokens,
    );
  });

  describe("with a ledger", () => {
    let ledger: string;
    beforeEach(() => {
      ledger = join(folder, `ledger-${runs}.jsonl`);
    });
    afterEach(() => closeLedger(ledger));

    it("the same rows again cost nothing, in the same process and after a restart", async () => {
      const first = await run([], { ledger });
      const second = await run([], { ledger });
      await closeLedger(ledger);
      const third = await run([], { ledger });
      expect([first.billed, second.billed, third.billed]).to.deep.equal([10, 0, 0]);
      for (const again of [second, third]) {
        expect(again.rows.map(({ completion }) => completion)).to.deep.equal(
          first.rows.map(({ completion }) => completion),
        );
        expect(again.summary).to.include({ enriched: 10, calls: 0, reused: 10, input_tokens: 0 });
        expect(again.rows[0]?._bedrock).to.include({ attempts: 0, billed: "no", status: "enriched" });
      }
    });

    it("a changed column that the template does not read sends nothing; a changed template sends all", async () => {
      await run([], { ledger });
      const other = await run(
        [],
        { ledger },
        texts(10).map((row) => ({ ...row, note: "changed" })),
      );
      expect(other.billed).to.equal(0);
      const request_format = '{"messages":[{"role":"user","content":[{"text":"Shorter:\\n\\n{{ text }}"}]}]}';
      const rephrased = await run([], { ledger, request_format });
      expect(rephrased.billed).to.equal(10);
    });

    it("rows that become the same request are one call, or one each with reuse_answers off", async () => {
      const rows = texts(10).map(({ id }) => ({ id, text: "the same for all" }));
      expect((await run([], { ledger }, rows)).billed).to.equal(1);
      expect((await run([], { ledger: `${ledger}.2`, reuse_answers: false }, rows)).billed).to.equal(10);
      expect((await run([], { ledger: `${ledger}.2`, reuse_answers: false }, rows)).billed).to.equal(0);
      await closeLedger(`${ledger}.2`);
    });

    it("a row of unknown outcome is held when it comes again, and named; replay sends it on the user's word", async () => {
      const first = await run([{ kind: "reset_after", includes: hit }], { ledger });
      expect(first.rows[4]?._bedrock.status).to.equal("held");
      const second = await run([], { ledger });
      expect(second.requests).to.equal(0);
      expect(second.rows[4]?._bedrock).to.deep.include({
        status: "held",
        attempts: 0,
        billed: "unknown",
        cost_usd: 0,
      });
      expect(second.rows[4]?._bedrock.error?.message).to.contain("replay");

      const config = localConfig(bedrock.url, { ledger });
      const { tracking } = await connector.replay(config);
      expect(tracking).to.include({ success: 1, failed: 0 });
      const third = await run([], { ledger });
      expect(third.requests).to.equal(0);
      expect(third.summary).to.include({ enriched: 10, reused: 10 });
    });

    it("replay leaves the calls of another model or guardrail alone", async () => {
      const refused: Fault = {
        kind: "error",
        status: 400,
        type: "ValidationException",
        message: "no",
        includes: hit,
      };
      await run([refused], { ledger, guardrail_identifier: "gr-1", guardrail_version: "DRAFT" });
      const before = bedrock.stats().requests;
      const { tracking } = await connector.replay(localConfig(bedrock.url, { ledger }));
      expect(tracking.meta).to.deep.include({ left_alone: 1 });
      expect(tracking).to.include({ success: 0, failed: 0 });
      expect(bedrock.stats().requests).to.equal(before);
    });

    it("on_unknown: retry sends it again the next time; fail counts it as failed", async () => {
      await run([{ kind: "reset_after", includes: hit }], { ledger });
      const failing = await run([], { ledger, on_unknown: "fail" });
      expect(failing.rows[4]?._bedrock).to.include({ status: "failed", attempts: 0 });
      const again = await run([], { ledger, on_unknown: "retry" });
      expect(again.summary).to.include({ enriched: 10, calls: 1 });
    });

    it("a row that was refused without a bill is simply sent again", async () => {
      const refused: Fault = {
        kind: "error",
        status: 400,
        type: "ValidationException",
        message: "no",
        includes: hit,
      };
      expect((await run([refused], { ledger })).summary).to.include({ enriched: 9, failed: 1 });
      expect((await run([], { ledger })).summary).to.include({ enriched: 10, calls: 1 });
    });

    it("a paid answer that could not be read is not paid for again", async () => {
      await run([{ kind: "body", body: "not JSON", includes: hit }], { ledger });
      const second = await run([], { ledger });
      expect(second.requests).to.equal(0);
      expect(second.rows[4]?._bedrock).to.deep.include({ status: "failed", attempts: 0, billed: "no" });
    });

    it("a ceiling ends a run, and the next run goes on where it ended", async () => {
      const first = await run([], { ledger, max_rows: 4 });
      expect(first.summary).to.include({ enriched: 4, not_sent: 6 });
      expect(first.rows[9]?._bedrock.error?.code).to.equal("budget_reached");
      const second = await run([], { ledger, max_rows: 4 });
      expect(second.summary).to.include({ enriched: 8, reused: 4, not_sent: 2 });
      expect(second.billed).to.equal(4);
    });
  });
});
