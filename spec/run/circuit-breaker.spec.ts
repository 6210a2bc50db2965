import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import type { ErrorCode } from "../../src/core/errors.js";
import type { FailedInvocation, Invocation, Invoke } from "../../src/core/invoke.js";
import { AwsBedrockModel } from "../../src/index.js";
import { circuitBreaker } from "../../src/run/circuit-breaker.js";
import { createSlots, limit } from "../../src/run/concurrency.js";
import { createRun, type Run } from "../../src/run/run-state.js";
import type { Emulator } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";
import { answerOf, failureOf, requestOf } from "../support/requests.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";
import { virtualClock } from "../support/virtual-clock.js";

type Result = Invocation | FailedInvocation;

const running = new AbortController().signal;
setMaxListeners(0, running);
const newRun = (): Run => createRun({ count: null, percent: null });
const ok = answerOf("{}");
const codeOf = (result: Result): string => ("error" in result ? result.error.code : "ok");

/** Calls that end when the spec says so, first come, first ended. */
const heldCalls = () => {
  const open: ((result: Result) => void)[] = [];
  const started: string[] = [];
  const invoke: Invoke = ({ body }) => {
    started.push(body);
    return new Promise((resolve) => open.push(resolve));
  };
  const end = async (result: Result): Promise<void> => {
    const finish = open.shift();
    if (!finish) throw new Error("no call is open");
    finish(result);
    await setImmediate();
  };
  return { invoke, started, open, end };
};

const guarded = (run: Run, invoke: Invoke): Invoke => circuitBreaker(run, virtualClock()).guard(invoke);

/** Sends rows one after the other, each of which meets the next result. */
const inTurn = async (run: Run, results: readonly Result[]): Promise<string[]> => {
  let calls = 0;
  const broken = guarded(run, async () => results[calls++] ?? ok);
  const codes: string[] = [];
  for (const [index] of results.entries())
    codes.push(codeOf(await broken(requestOf(`row ${index}`), running)));
  return codes;
};

const repeat = (code: ErrorCode, count: number): FailedInvocation[] =>
  Array.from({ length: count }, () => failureOf(code));

describe("circuitBreaker: the canary", () => {
  it("goes ahead alone, and the others all at once when it has worked", async () => {
    const calls = heldCalls();
    const broken = guarded(newRun(), calls.invoke);
    const rows = ["a", "b", "c", "d"].map((body) => broken(requestOf(body), running));
    await setImmediate();
    expect(calls.started).to.deep.equal(["a"]);
    await calls.end(ok);
    expect(calls.started).to.deep.equal(["a", "b", "c", "d"]);
    while (calls.open.length > 0) await calls.end(ok);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["ok", "ok", "ok", "ok"]);
  });

  it("that fails as every row will is followed by one row, not by all", async () => {
    const calls = heldCalls();
    const broken = guarded(newRun(), calls.invoke);
    const rows = ["a", "b", "c"].map((body) => broken(requestOf(body), running));
    await setImmediate();
    await calls.end(failureOf("access_denied"));
    expect(calls.started).to.deep.equal(["a", "b"]);
    await calls.end(ok);
    expect(calls.started).to.deep.equal(["a", "b", "c"]);
    await calls.end(ok);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["access_denied", "ok", "ok"]);
  });

  for (const [code, next] of [
    ["invalid_request", "c"],
    ["service_error", "c"],
    ["unreachable", "b"],
  ] as const)
    it(`that met ${code} has shown nothing yet`, async () => {
      const calls = heldCalls();
      const broken = guarded(newRun(), calls.invoke);
      const rows = ["a", "b", "c"].map((body) => broken(requestOf(body), running));
      await setImmediate();
      await calls.end(failureOf(code));
      expect(calls.started).to.deep.equal(["a", next]);
      while (calls.open.length > 0) await calls.end(ok);
      await Promise.all(rows);
    });

  it("that was never sent has shown nothing", async () => {
    const calls = heldCalls();
    const broken = guarded(newRun(), calls.invoke);
    const rows = ["a", "b", "c"].map((body) => broken(requestOf(body), running));
    await setImmediate();
    // A row that breaks a rule of the budget is refused before there is a request.
    await calls.end({ ...failureOf("invalid_body"), attempts: 0 });
    expect(calls.started).to.deep.equal(["a", "b"]);
    while (calls.open.length > 0) await calls.end(ok);
    await Promise.all(rows);
  });

  it("may take long: with one place the rows behind it wait, and then go in order", async () => {
    const calls = heldCalls();
    const broken = limit(createSlots(1), guarded(newRun(), calls.invoke));
    const rows = ["a", "b", "c"].map((body) => broken(requestOf(body), running));
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(calls.started).to.deep.equal(["a"]);
    await calls.end(ok);
    expect(calls.started).to.deep.equal(["a", "b"]);
    await calls.end(ok);
    await calls.end(ok);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["ok", "ok", "ok"]);
  });

  for (const places of [1, 2, 20])
    it(`of a run that is stopped meanwhile is the last that is sent, with places for ${places}`, async () => {
      const calls = heldCalls();
      const stop = new AbortController();
      const broken = limit(createSlots(places), guarded(newRun(), calls.invoke));
      const rows = ["a", "b", "c"].map((body) => broken(requestOf(body), stop.signal));
      await setImmediate();
      stop.abort();
      await calls.end(ok);
      expect(calls.started).to.deep.equal(["a"]);
      expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["ok", "stopped", "stopped"]);
    });

  it("is not needed any more once a call has worked, whatever fails later", async () => {
    const calls = heldCalls();
    const broken = guarded(newRun(), calls.invoke);
    const first = broken(requestOf("a"), running);
    await calls.end(ok);
    await first;
    const second = broken(requestOf("b"), running);
    await calls.end(failureOf("access_denied"));
    await second;
    const rows = ["c", "d"].map((body) => broken(requestOf(body), running));
    await setImmediate();
    expect(calls.started).to.deep.equal(["a", "b", "c", "d"]);
    while (calls.open.length > 0) await calls.end(ok);
    await Promise.all(rows);
  });
});

describe("circuitBreaker: equal failures in a row", () => {
  it("end the run at the third, and its error names the cause and what to do", async () => {
    const run = newRun();
    const codes = await inTurn(run, repeat("access_denied", 6));
    expect(codes).to.deep.equal([
      "access_denied",
      "access_denied",
      "access_denied",
      "run_broken",
      "run_broken",
      "run_broken",
    ]);
    const ended = run.ended();
    expect(ended).to.include({ code: "run_broken", scope: "end", billed: "no" });
    expect(ended?.message).to.contain("access_denied").and.to.contain("bedrock:InvokeModel");
  });

  it("do not add up over different codes", async () => {
    const run = newRun();
    const mixed: ErrorCode[] = ["access_denied", "access_denied", "model_not_found"];
    const results = [...mixed, ...mixed].map((code) => failureOf(code));
    expect(await inTurn(run, results)).to.deep.equal([...mixed, ...mixed]);
    expect(run.ended()).to.equal(null);
  });

  it("begin anew after a success", async () => {
    const run = newRun();
    const two = repeat("access_denied", 2);
    await inTurn(run, [...two, ok, ...two, ok, ...two]);
    expect(run.ended()).to.equal(null);
  });

  it("begin anew after a failure that is the row's own", async () => {
    const run = newRun();
    const two = repeat("access_denied", 2);
    await inTurn(run, [ok, ...two, failureOf("input_too_long"), ...two]);
    expect(run.ended()).to.equal(null);
  });

  it("end a run that has worked before, too", async () => {
    const run = newRun();
    await inTurn(run, [ok, ok, ...repeat("model_access_denied", 3)]);
    expect(run.ended()).to.include({ code: "run_broken" });
  });

  it("release all the rows that wait, which are not sent", async () => {
    const calls = heldCalls();
    const broken = limit(createSlots(10), guarded(newRun(), calls.invoke));
    const rows = Array.from({ length: 30 }, (_, index) => broken(requestOf(`row ${index}`), running));
    await setImmediate();
    for (let call = 0; call < 3; call++) await calls.end(failureOf("profile_required"));
    const results = await Promise.all(rows);
    expect(calls.started).to.have.length(3);
    expect(results.slice(3).map(codeOf)).to.deep.equal(Array(27).fill("run_broken"));
    expect(results.slice(3).map(({ attempts }) => attempts)).to.deep.equal(Array(27).fill(0));
  });

  const harmless: readonly ErrorCode[] = [
    "unreachable",
    "throttled_requests",
    "throttled_tokens",
    "overloaded",
    "model_not_ready",
    "input_too_long",
    "invalid_body",
  ];
  for (const code of harmless)
    it(`never end it for ${code}, before or after a success`, async () => {
      const run = newRun();
      await inTurn(run, [...repeat(code, 10), ok, ...repeat(code, 10)]);
      expect(run.ended()).to.equal(null);
    });

  it("end it for invalid_request only as long as nothing has worked", async () => {
    const unproven = newRun();
    await inTurn(unproven, repeat("invalid_request", 5));
    expect(unproven.ended()).to.include({ code: "run_broken" });
    expect(unproven.ended()?.message).to.contain("invalid_request");
    const proven = newRun();
    await inTurn(proven, [ok, ...repeat("invalid_request", 50)]);
    expect(proven.ended()).to.equal(null);
  });
});

describe("circuitBreaker: what ends a run by itself", () => {
  for (const code of ["daily_quota_reached", "ledger_unwritable"] as const)
    it(`${code}, at once, also for rows that wait`, async () => {
      const run = newRun();
      const calls = heldCalls();
      const broken = guarded(run, calls.invoke);
      const rows = ["a", "b", "c"].map((body) => broken(requestOf(body), running));
      await setImmediate();
      await calls.end(failureOf(code, "Because."));
      expect((await Promise.all(rows)).map(codeOf)).to.deep.equal([code, code, code]);
      expect(calls.started).to.deep.equal(["a"]);
      expect(run.ended()?.message).to.contain("Because.");
    });

  it("with a first reason that later ones do not replace", async () => {
    const run = newRun();
    const calls = heldCalls();
    const broken = guarded(run, calls.invoke);
    const first = broken(requestOf("a"), running);
    await calls.end(ok);
    await first;
    const rows = ["b", "c"].map((body) => broken(requestOf(body), running));
    await setImmediate();
    await calls.end(failureOf("daily_quota_reached"));
    await calls.end(failureOf("ledger_unwritable"));
    await Promise.all(rows);
    expect(run.ended()).to.include({ code: "daily_quota_reached" });
  });

  it("is not the stop of some of its rows", async () => {
    const run = newRun();
    const calls = heldCalls();
    const broken = guarded(run, calls.invoke);
    const rows = [broken(requestOf("stopped"), running), broken(requestOf("goes on"), running)];
    await setImmediate();
    await calls.end(failureOf("stopped"));
    await calls.end(ok);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["stopped", "ok"]);
    expect(run.ended()).to.equal(null);
  });

  it("leaves calls that are open to end as they do", async () => {
    const calls = heldCalls();
    const broken = guarded(newRun(), calls.invoke);
    const first = broken(requestOf("a"), running);
    await calls.end(ok);
    await first;
    const rows = ["b", "c"].map((body) => broken(requestOf(body), running));
    await setImmediate();
    await calls.end(failureOf("daily_quota_reached"));
    await calls.end(ok);
    expect((await Promise.all(rows)).map(codeOf)).to.deep.equal(["daily_quota_reached", "ok"]);
  });
});

describe("a run that cannot work", () => {
  const bedrock = useBedrock();

  const rows = Array.from({ length: 500 }, (_, id) => ({ id, text: `Letter ${id}` }));
  const write = (faults: Parameters<Emulator["setFaults"]>[0], sync_run_id: string) => {
    bedrock.setFaults(faults);
    return new AwsBedrockModel().write(syncConfig(localConfig(bedrock.url), { sync_run_id }), rows);
  };

  it("for lack of access makes three calls for 500 rows, and its summary says what to do", async () => {
    const message = "User is not authorized to perform: bedrock:InvokeModel";
    const denied = { kind: "error", status: 403, type: "AccessDeniedException", message } as const;
    const before = bedrock.stats();
    const { tracking } = await write([denied], "denied");
    const { summary } = tracking.meta;
    expect(bedrock.stats().requests - before.requests).to.be.within(1, 3);
    expect(tracking).to.include({ success: 0, failed: 500 });
    expect(summary.failed + summary.not_sent).to.equal(500);
    expect(summary.not_sent).to.be.at.least(497);
    expect(summary.errors.run_broken?.message).to.contain("access_denied").and.to.contain("InvokeModel");
    const last = rowsOf({ tracking }).at(-1);
    expect(last).to.include({ id: 499, completion: null });
    expect(last?._bedrock).to.include({ status: "not_sent", attempts: 0, billed: "no" });
  });

  it("for the day's quota makes as many calls as were open, and can go on later", async () => {
    const message = "Too many tokens per day, please wait before trying again.";
    const quota = { kind: "error", status: 429, type: "ThrottlingException", message } as const;
    const before = bedrock.stats();
    const { tracking } = await write([quota], "quota");
    expect(bedrock.stats().requests - before.requests).to.equal(1);
    expect(tracking.meta.summary).to.deep.include({ not_sent: 500, enriched: 0, failed: 0 });
    expect(tracking.meta.summary.errors).to.have.all.keys("daily_quota_reached");
    const again = await write([], "the next day");
    expect(again.tracking).to.include({ success: 500, failed: 0 });
  });
});
