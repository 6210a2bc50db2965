import { expect } from "chai";
import { reconcileLines } from "../../../src/cli/report/reconcile-lines.js";

describe("the end of reconcile", () => {
  it("tells what was found, what it cost, what was passed over, and why the rest stays unknown", () => {
    expect(
      reconcileLines(
        {
          ...{ looked_for: 1200, recovered: 1000, refused: 1, input_tokens: 5000, output_tokens: 700 },
          still_unknown: { not_yet: 190, failed: 9, under_way: 3 },
          logs: {
            ...{ place: "s3://logs/", files: 12, records: 1010, other_records: 4 },
            passed_over: { "an object that is no JSON": 2 },
          },
        },
        "npx bedrock-model replay --config C",
      ),
    ).to.deep.equal([
      "1,200 calls of unknown outcome: 1,000 recovered, 1 refused, 199 still unknown",
      "  read 12 files of s3://logs/: 1,010 records of this connector's calls, 4 of others",
      "  passed over: an object that is no JSON (2)",
      "  recovered: 5,000 tokens in, 700 out, paid for before; run the write command again: these rows now cost nothing",
      "  refused: not billed; `replay` or the write command sends them again",
      "  190 not in the logs yet: records come some minutes late; try again later",
      "  9 failed in the service, which may have billed them",
      "  3 perhaps under way still",
      "  what stays unknown may have been billed; `npx bedrock-model replay --config C` sends it again all the same",
    ]);
  });

  it("is one line where there was nothing to look for", () => {
    const nothing = { looked_for: 0, recovered: 0, refused: 0, input_tokens: 0, output_tokens: 0 };
    expect(reconcileLines({ ...nothing, still_unknown: {}, logs: null }, "r")).to.deep.equal([
      "no call of unknown outcome",
    ]);
  });
});
