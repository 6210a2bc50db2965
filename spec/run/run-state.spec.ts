import { expect } from "chai";
import type { Tolerance } from "../../src/connection/connection.js";
import { ConnectorError } from "../../src/core/errors.js";
import { failedTrace, type Outcome, type Status, trace } from "../../src/core/outcome.js";
import { createRun } from "../../src/run/run-state.js";

const outcome = (status: Status): Outcome => ({
  record: {},
  columns: {},
  trace: trace({ status }),
  payloads: { request: null, response: null },
  rejections: {},
});

/** How many outcomes it took to end the run; `null` when they did not. */
const endsAfter = (tolerance: Tolerance, outcomes: readonly Status[]): number | null => {
  const run = createRun(tolerance);
  for (const [index, status] of outcomes.entries()) {
    run.note(outcome(status));
    if (run.ended()) return index + 1;
  }
  return null;
};

const rows = (count: number, status: Status): Status[] => Array<Status>(count).fill(status);
const none: Tolerance = { count: null, percent: null };

describe("createRun", () => {
  it("goes on for ever without a bound", () => {
    expect(endsAfter(none, rows(1000, "failed"))).to.equal(null);
  });

  it("keeps the first reason", () => {
    const run = createRun(none);
    const first = run.end("budget_reached", "max_rows is 1.");
    expect(run.end("run_broken", "Later.")).to.equal(first);
    expect(run.ended()).to.equal(first);
    expect(first.message).to.contain("max_rows is 1.");
  });
});

describe("tolerated_failure_count", () => {
  it("of 0 ends the run at the first failure", () => {
    expect(endsAfter({ ...none, count: 0 }, [...rows(3, "enriched"), "failed"])).to.equal(4);
  });

  it("lets that many pass", () => {
    const three = { ...none, count: 3 };
    expect(endsAfter(three, rows(3, "failed"))).to.equal(null);
    expect(endsAfter(three, rows(4, "failed"))).to.equal(4);
    expect(endsAfter(three, [...rows(3, "failed"), ...rows(500, "enriched"), "failed"])).to.equal(504);
  });

  it("counts rows that are held, and not those that were never sent", () => {
    expect(endsAfter({ ...none, count: 1 }, ["held", "not_sent", "held"])).to.equal(3);
    expect(endsAfter({ ...none, count: 0 }, rows(50, "not_sent"))).to.equal(null);
  });

  it("says how many failed and which setting it was", () => {
    const run = createRun({ ...none, count: 0 });
    run.note({ ...outcome("failed"), trace: failedTrace(new ConnectorError("missing_column")) });
    expect(run.ended()).to.include({ code: "too_many_failures", scope: "end" });
    expect(run.ended()?.message).to.match(/\b1 failed.*tolerated_failure_count is 0/);
  });
});

describe("tolerated_failure_percent", () => {
  it("is judged from the 20th row", () => {
    expect(endsAfter({ ...none, percent: 10 }, rows(25, "failed"))).to.equal(20);
    expect(endsAfter({ ...none, percent: 0 }, ["failed", ...rows(40, "enriched")])).to.equal(20);
  });

  it("ends the run when the share is above it, not when it is reached", () => {
    const ten = { ...none, percent: 10 };
    expect(endsAfter(ten, [...rows(2, "failed"), ...rows(18, "enriched")])).to.equal(null);
    expect(endsAfter(ten, [...rows(3, "failed"), ...rows(17, "enriched")])).to.equal(20);
    expect(endsAfter(ten, [...rows(90, "enriched"), ...rows(11, "failed")])).to.equal(101);
  });

  it("counts rows that are held, and not those that were never sent", () => {
    const ten = { ...none, percent: 10 };
    expect(endsAfter(ten, [...rows(3, "held"), ...rows(17, "enriched")])).to.equal(20);
    expect(endsAfter(ten, [...rows(3, "failed"), ...rows(30, "not_sent")])).to.equal(null);
    expect(
      endsAfter(ten, [...rows(2, "failed"), ...rows(200, "not_sent"), ...rows(18, "enriched")]),
    ).to.equal(null);
  });

  it("of 100 never ends a run", () => {
    expect(endsAfter({ ...none, percent: 100 }, rows(100, "failed"))).to.equal(null);
  });

  it("says the share and which setting it was", () => {
    const run = createRun({ ...none, percent: 5 });
    for (const status of [...rows(18, "enriched"), ...rows(2, "held")]) run.note(outcome(status));
    expect(run.ended()).to.include({ code: "too_many_failures" });
    expect(run.ended()?.message).to.match(/\b2 of 20 .*tolerated_failure_percent is 5/);
  });
});
