import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { JsonObject } from "../../src/core/json.js";
import { AwsBedrockModel, closeLedger } from "../../src/index.js";
import { families } from "../../src/models/families/index.js";
import { readAnswer } from "../../src/models/read-answer.js";
import { cellText } from "../../src/rows/cell-text.js";
import { useBedrock } from "../support/bedrock.js";
import { modelFixtures } from "../support/fixtures.js";
import { type Row, rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const titan = "amazon.titan-embed-text-v2:0";
const short: JsonObject = { inputText: "{{ text }}", dimensions: 256 };

const numbers = (value: unknown): number[] => {
  expect(value).to.be.an("array");
  for (const number of value as unknown[]) expect(number).to.be.a("number");
  return value as number[];
};
const dot = (one: number[], other: number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

describe("vectors", () => {
  const bedrock = useBedrock();
  let folder: string;
  const connector = new AwsBedrockModel();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vectors-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  const write = async (
    records: readonly unknown[],
    model_id: string,
    request: JsonObject,
    changes: Record<string, unknown> = {},
  ): Promise<Row[]> => {
    const settings = { model_id, request_format: request, ...changes };
    return rowsOf(await connector.write(syncConfig(localConfig(bedrock.url, settings)), records));
  };

  for (const { modelId, template, record, expected } of modelFixtures.filter((each) => each.expected.vector))
    it(`of ${modelId} become one column`, async () => {
      const [row] = await write([record], modelId, template, { output_field: "vector" });
      expect(row?._bedrock).to.include({ status: "enriched", stop_reason: null, truncated: false });
      const vector = numbers(row?.vector);
      expect(vector).to.have.length.within(256, 3072);
      expect(dot(vector, vector)).to.be.closeTo(1, 1e-6);
      if (expected.inputTokens !== null) expect(row?._bedrock.input_tokens).to.be.above(0);
    });

  it("are as long as the request asks, else as the model makes them", async () => {
    const bare = { inputText: "{{ text }}" };
    const cohere = { input_type: "clustering", texts: ["{{ text }}"] };
    const lengths: [string, JsonObject, number][] = [
      [titan, short, 256],
      [titan, bare, 1024],
      ["amazon.titan-embed-text-v1", bare, 1536],
      ["cohere.embed-english-v3", cohere, 1024],
      ["us.cohere.embed-v4:0", cohere, 1536],
    ];
    for (const [model, request, length] of lengths) {
      const [row] = await write([{ text: "Hello" }], model, request);
      expect(numbers(row?.completion), model).to.have.length(length);
    }
  });

  it("are equal for equal texts, near for like ones, and apart for others", async () => {
    const texts = ["the parcel came late", "the parcel came very late", "invoice unpaid since May"];
    const rows = await write(
      [...texts, texts[0]].map((text, id) => ({ text, id })),
      titan,
      short,
    );
    const [one = [], like = [], other = [], again = []] = rows.map(({ completion }) => numbers(completion));
    expect(again).to.deep.equal(one);
    expect(dot(one, like)).to.be.above(0.7);
    expect(Math.abs(dot(one, other))).to.be.below(0.5);
  });

  it("come as a list where a row has several texts", async () => {
    const request = { input_type: "search_document", texts: "{{ texts }}", output_dimension: 256 };
    const [row] = await write([{ texts: ["one", "two"] }], "us.cohere.embed-v4:0", request);
    const vectors = (row?.completion ?? []) as unknown[];
    expect(vectors.map((vector) => numbers(vector).length)).to.deep.equal([256, 256]);
  });

  it("can be named in the response format, beside what else the answer holds", async () => {
    const response_format = { embedding: "{{ vector }}", inputTextTokenCount: "{{ tokens }}" };
    const [row] = await write([{ text: "Hello there" }], titan, short, { response_format });
    expect(numbers(row?.vector)).to.have.length(256);
    expect(row?.tokens).to.equal(3);
  });

  it("need no limit of output tokens under a ceiling", async () => {
    const [row] = await write([{ text: "Hello" }], titan, short, { max_tokens_total: "10000" });
    expect(row?._bedrock).to.include({ status: "enriched", output_tokens: 0 });
  });

  it("come from the ledger the second time, the same", async () => {
    const ledger = join(folder, "ledger.jsonl");
    const [first] = await write([{ text: "kept" }], titan, short, { ledger });
    await closeLedger(ledger);
    const { requests } = bedrock.stats();
    const [second] = await write([{ text: "kept" }], titan, short, { ledger });
    await closeLedger(ledger);
    expect(bedrock.stats().requests).to.equal(requests);
    expect(second?.completion).to.deep.equal(first?.completion);
    expect(await readFile(ledger, "utf8")).to.contain("embedding");
  });

  it("are JSON text in a CSV cell", async () => {
    const [row] = await write([{ text: "Hello" }], titan, short);
    expect(JSON.parse(cellText((row as Row).completion))).to.deep.equal(row?.completion);
  });
});

describe("vectors in other shapes", () => {
  const read = (name: string, body: unknown) => {
    const family = families.find((each) => each.name === name) ?? null;
    const beside = { counts: {}, latencyMs: 1, requestId: null, attempts: 1 };
    return readAnswer(family, "{}", { ...beside, body: JSON.stringify(body) }).reply;
  };

  it("are read from the type that was asked for, floats first", () => {
    const cohere = (embeddings: unknown) => read("cohere-embed", { embeddings });
    expect(cohere({ int8: [[7, -3]] })).to.deep.include({ vector: [7, -3] });
    expect(cohere({ int8: [[7, -3]], float: [[0.5, -0.2]] })).to.deep.include({ vector: [0.5, -0.2] });
    expect(read("titan-embed", { embeddingsByType: { binary: [1, 0] } })).to.deep.include({ vector: [1, 0] });
  });

  it("that are missing or empty are null", () => {
    for (const body of [{}, { embeddings: [] }, { embeddings: {} }, { embedding: "no" }, { embedding: [] }])
      for (const { name, vector } of families)
        if (vector) expect(read(name, body), `${name} ${JSON.stringify(body)}`).to.include({ vector: null });
  });

  it("are not taken from a family of texts", () => {
    expect(read("llama", { generation: [1, 2] })).to.include({ vector: null, text: null });
  });
});
