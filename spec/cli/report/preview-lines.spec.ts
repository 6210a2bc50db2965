import { expect } from "chai";
import { previewReport } from "../../../src/cli/report/preview-lines.js";
import type { Preview } from "../../../src/index.js";

const preview: Preview = {
  model: "acme.model-1",
  region: "us-east-1",
  family: null,
  vector: false,
  price: null,
  deliveries: {
    batch: { cost_usd: null, not: { "the model is not known to take batch jobs": 400 } },
    flex: { cost_usd: { low: 1, expected: 2, max: null }, not: {} },
  },
  rows: { received: 1000, to_send: 400, answered: 300, repeated: 200, held: 90, skipped: 0, failed: 10 },
  errors: { missing_column: { count: 10, message: "It lacks body." } },
  input_tokens: { low: 10, expected: 20, max: 3000 },
  input_tokens_by: "estimated",
  output_tokens: { low: 1, expected: 5, max: null },
  output_tokens_by: "assumed",
  cost_usd: null,
  prompt_cache: {
    set: "off",
    tokens: 2000,
    least_tokens: 1024,
    usd: { input: 3, write: 3.75, read: 0.3 },
    saves_usd: -0.0015,
  },
  samples: [{ row: 1, body: { prompt: "Hi" }, input_tokens: 1, counted: true, error: null }],
  remarks: ["Something is odd."],
};

describe("a preview in words", () => {
  it("says unknown where a price is not known, and names what is not sent", () => {
    expect(previewReport(preview).split("\n")).to.deep.equal([
      "acme.model-1 in us-east-1",
      "price: unknown",
      "",
      "row 1, 1 token in:",
      "{",
      '  "prompt": "Hi"',
      "}",
      "",
      "1,000 rows: 400 to send, 300 answered by the ledger, 200 the same as a row before, 90 held: perhaps billed before, 10 would fail",
      "  missing_column: 10 (It lacks body.)",
      "tokens in: about 20, at least 10, at most 3,000 (estimated)",
      "tokens out: about 5, at least 1, without a limit (assumed)",
      "cost: unknown",
      "  by batch jobs, hours later: no (the model is not known to take batch jobs)",
      "  by the flex tier, as it has room: $2.00, from $1.00 without an upper bound",
      "prompt cache: every row begins with the same 2,000 tokens or so; the model keeps 1,024 or more, for $3.75 a million to put in and $0.30 to read within 5 minutes, in place of $3.00",
      "  prompt_cache: auto loses about $0.0015 on these rows",
      "remark: Something is odd.",
      "no model was called",
      "",
    ]);
  });

  it("gives a vector no price of output, which it has none of", () => {
    const output_tokens = { low: 0, expected: 0, max: 0 };
    const price = { input: 0.02, source: "list", date: null };
    const vector = { ...preview, vector: true, price, output_tokens, output_tokens_by: "a vector has none" };
    const lines = previewReport(vector).split("\n");
    expect(lines).to.include("price: $0.02 in for a million tokens (list)");
    expect(lines).to.include("tokens out: none (a vector has none)");
    const text = previewReport({ ...preview, price }).split("\n");
    expect(text).to.include("price: $0.02 in, unknown out for a million tokens (list)");
  });
});
