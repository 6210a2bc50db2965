import { expect } from "chai";
import { duration, progressLine, summaryLines } from "../../src/cli/progress.js";

const progress = {
  received: 1200,
  enriched: 980,
  failed: 15,
  held: 3,
  notSent: 2,
  truncated: 0,
  inFlight: 200,
  calls: 1000,
  inputTokens: 100_000,
  outputTokens: 23_456,
};

describe("progress line", () => {
  it("shows the share done, rate, time left and counts", () => {
    // 1000 of the 1200 rows handed over are done, which are 60 % of the input: 50 % of it is done.
    expect(progressLine({ progress, fraction: 0.6, seconds: 10 }, 200)).to.equal(
      "[##########----------] 50%  1,000 rows  100 rows/s  10 s left  20 not enriched  200 in flight  123,456 tokens",
    );
  });

  it("has no bar and no time left for an input of unknown size", () => {
    expect(progressLine({ progress, fraction: undefined, seconds: 400 }, 200)).to.match(
      /^1,000 rows {2}2\.5 rows\/s {2}20 not enriched/,
    );
  });

  it("leaves out what does not fit instead of cutting a number", () => {
    const line = progressLine({ progress, fraction: 0.6, seconds: 10 }, 50);
    expect(line).to.equal("[##########----------] 50%  1,000 rows  100 rows/s");
  });

  it("is sane before the first row is done", () => {
    const start = { ...progress, received: 0, enriched: 0, failed: 0, held: 0, notSent: 0, inFlight: 0 };
    expect(progressLine({ progress: start, fraction: 0, seconds: 0 }, 80)).to.match(/^0 rows {2}0 in flight/);
  });
});

describe("summary", () => {
  const summary = {
    received: 1000,
    enriched: 990,
    failed: 7,
    held: 0,
    not_sent: 3,
    truncated: 2,
    calls: 997,
    input_tokens: 12_345,
    output_tokens: 678,
    wall_ms: 61_000,
    errors: {
      missing_column: { count: 7, message: "The record\n lacks a column." },
      stopped: { count: 3, message: "The run was stopped." },
    },
  };

  it("tells rows, money, time, one line an error code, and where the output is", () => {
    expect(summaryLines(summary, 61, "rows.csv")).to.deep.equal([
      "1,000 rows in, 990 enriched, 7 failed, 3 not sent, 2 truncated; 997 calls, 12,345 tokens in, 678 out; 1 min 1 s",
      "  missing_column: 7 (The record lacks a column.)",
      "  stopped: 3 (The run was stopped.)",
      "output: rows.csv",
    ]);
  });

  it("writes durations for people", () => {
    expect([0, 4.24, 59.6, 61, 3599, 7800].map(duration)).to.deep.equal([
      "0.0 s",
      "4.2 s",
      "1 min 0 s",
      "1 min 1 s",
      "59 min 59 s",
      "2 h 10 min",
    ]);
  });
});
