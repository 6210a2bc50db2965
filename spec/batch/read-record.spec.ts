import { expect } from "chai";
import { readDelivery } from "../../src/batch/delivery.js";
import { readRecord } from "../../src/batch/output/read-record.js";
import { toBatchPlace } from "../../src/connection/batch-place.js";

describe("a line of a job's output", () => {
  const read = (record: object) => readRecord(JSON.stringify({ recordId: "k", modelInput: {}, ...record }));

  it("is an answer where there is one, whatever is said beside it", () => {
    const answer = { key: "k", answer: '{"a":1}' };
    for (const error of [undefined, null, {}, { errorCode: 400, errorMessage: "bad" }])
      expect(read({ modelOutput: { a: 1 }, error })).to.deep.equal(answer);
  });

  it("is refused, or of unknown fate, by its code, which may be a string", () => {
    for (const [errorCode, billed] of [
      ...([
        [400, "no"],
        ["429", "no"],
        [403, "no"],
      ] as const),
      ...([
        [408, "unknown"],
        [424, "unknown"],
        ["500", "unknown"],
        [undefined, "unknown"],
      ] as const),
    ])
      expect(read({ modelOutput: null, error: { errorCode, errorMessage: "x" } }), `${errorCode}`).to.include(
        { billed },
      );
  });

  it("is nothing without either", () => {
    expect(read({})).to.equal(null);
    expect(readRecord("{")).to.equal(null);
  });
});

describe("what is said of batch jobs", () => {
  it("tags have their names before the first equals sign, and any value", () => {
    const settings = { batch_s3_uri: "s3://a/b/", batch_role_arn: "arn:aws:iam::123456789012:role/r" };
    const tags = (batch_tags: string) => toBatchPlace({ ...settings, batch_tags })?.tags;
    expect(tags("team=a=b, cost=,url=x=1=2")).to.deep.equal({ team: "a=b", cost: "", url: "x=1=2" });
    expect(tags("")).to.deep.equal({});
  });

  it("a deadline that never comes is none", () => {
    for (const deadlineMs of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(readDelivery({ deadlineMs }, {})).not.to.have.property("deadlineMs");
    expect(readDelivery({ deadlineMs: 5 }, {})).to.have.property("deadlineMs", 5);
  });
});
