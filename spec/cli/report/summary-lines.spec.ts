import { expect } from "chai";
import { summaryLines } from "../../../src/cli/report/summary-lines.js";
import type { Summary } from "../../../src/index.js";

describe("summary", () => {
  const none: Summary = {
    received: 0,
    enriched: 0,
    skipped: 0,
    failed: 0,
    held: 0,
    not_sent: 0,
    truncated: 0,
    repaired: 0,
    masked: 0,
    empty: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    cache_saved_usd: 0,
    calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost_usd: 0,
    known_cost_usd: 0,
    unknown_cost_rows: 0,
    saved_usd: 0,
    estimated_cost_usd: { low: 0, expected: 0, max: 0 },
    wall_ms: 0,
    reused: 0,
    rejections: {},
    max_tokens_advice: null,
    model_ending: null,
    errors: {},
  };
  const ledger = { path: "l.jsonl", replay: "npx bedrock-model replay --config C --ledger l.jsonl" };

  it("tells rows, money, time, what went wrong, what to do about it, and where everything is", () => {
    const summary: Summary = {
      ...none,
      received: 1000,
      enriched: 987,
      failed: 7,
      held: 3,
      not_sent: 3,
      truncated: 2,
      calls: 1025,
      input_tokens: 12_345,
      output_tokens: 678,
      cost_usd: 0.012_345,
      saved_usd: 0.0004,
      estimated_cost_usd: { low: 0.01, expected: 0.0234, max: 1.5 },
      reused: 12,
      rejections: { throttled_requests: 40, unreachable: 1 },
      errors: {
        missing_column: { count: 7, message: "The record\n lacks a column." },
        stopped: { count: 3, message: "The run was stopped." },
      },
    };
    const ending = { seconds: 61, output: "rows.csv", ledger, columns: ["id"] };
    expect(summaryLines(summary, ending)).to.deep.equal([
      "1,000 rows in, 987 enriched, 7 failed, 3 held, 3 not sent, 2 truncated; 1,025 calls, 12,345 tokens in, 678 out; 1 min 1 s",
      "  cost $0.0123; estimated $0.0234, from $0.01 to $1.50",
      "  12 from the ledger or an equal row, at no cost ($0.0004 saved)",
      "  Bedrock throttled 40 calls (throttled_requests); all were sent again",
      "  Bedrock could not be reached for 1 call (unreachable); all were sent again",
      "  missing_column: 7 (The record lacks a column.)",
      "  stopped: 3 (The run was stopped.)",
      "  3 held: perhaps billed; `npx bedrock-model replay --config C --ledger l.jsonl` sends them again; `reconcile` in its place looks for their answers in the account's logs",
      "  3 not sent: run the same command again: what was answered costs nothing",
      "output: rows.csv",
      "ledger: l.jsonl",
    ]);
  });

  it("says when a smaller output limit would let more calls start", () => {
    const max_tokens_advice = { max_tokens: 4096, output_p99: 61, enough: 74, times_the_calls: 24.1 };
    expect(summaryLines({ ...none, max_tokens_advice }, { seconds: 1 })[1]).to.equal(
      "  99 of 100 answers took at most 61 of 4,096 tokens: a limit of 74 would let 24.1 times as many calls start",
    );
  });

  it("promises nothing that needs a ledger where there is none", () => {
    const summary = { ...none, received: 5, enriched: 3, held: 1, not_sent: 1, calls: 1, reused: 2 };
    expect(summaryLines(summary, { seconds: 1 })).to.deep.equal([
      "5 rows in, 3 enriched, 1 held, 1 not sent; 1 call, 0 tokens in, 0 out; 1.0 s",
      "  cost $0",
      "  2 from an equal row, at no cost",
      "  1 held: perhaps billed",
    ]);
  });

  it("never shows a total that leaves rows out as the cost", () => {
    const costLine = (changes: Partial<Summary>) =>
      summaryLines({ ...none, calls: 3, cost_usd: null, ...changes }, { seconds: 1 })[1];
    expect(costLine({ unknown_cost_rows: 3, estimated_cost_usd: null })).to.equal(
      "  cost unknown: the price or the tokens of 3 rows are not known",
    );
    const estimated_cost_usd = { low: 1, expected: 2, max: null };
    expect(costLine({ unknown_cost_rows: 1, known_cost_usd: 1.239, estimated_cost_usd })).to.equal(
      "  cost unknown, at least $1.24: the price or the tokens of 1 row are not known; estimated $2.00, from $1.00 without an upper bound",
    );
  });

  it("names the first row's columns when every row lacks one", () => {
    const lines = (failed: number, columns: string[]) =>
      summaryLines(
        { ...none, received: 3, failed, errors: { missing_column: { count: 2, message: "It lacks body." } } },
        { seconds: 1, columns },
      ).slice(1);
    const error = "  missing_column: 2 (It lacks body.)";
    expect(lines(2, ["id", "te\nxt"])).to.deep.equal([error, '  the first row\'s columns: "id", "te\\nxt"']);
    expect(lines(2, [])).to.deep.equal([error, "  the first row's columns: none"]);
    const many = Array.from({ length: 60 }, (_, index) => `c${index}`);
    expect(lines(2, many).at(-1)).to.match(/"c49" and 10 more$/);
    expect(lines(3, ["id"])).to.deep.equal([error]);
  });

  it("says where to go from a model that is on its way out", () => {
    const ending = { model: "a.old", lifecycle: "legacy", end_of_life: "2027-01-08" } as const;
    const [, line] = summaryLines({ ...none, model_ending: ending }, { seconds: 1 });
    expect(line).to.equal(
      "  a.old is legacy and ends on 2027-01-08: `bedrock-model migrate` names living models and rewrites the config",
    );
  });
});
