import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect } from "chai";
import { listPrices } from "../../../src/generated/prices.js";
import { priceOf } from "../../../src/models/prices/price.js";
import { readPriceFile } from "../../../src/models/prices/price-file.js";
import type { PriceTable } from "../../../src/models/prices/rates.js";

const price = (modelId: string, changes: Record<string, unknown> = {}, own: PriceTable | null = null) =>
  priceOf({ modelId, candidateModelIds: [modelId], region: "us-east-1", serviceTier: null, ...changes }, own);

describe("a price", () => {
  it("is that of the profile, and says where it comes from and when", () => {
    expect(price("us.amazon.nova-lite-v1:0")).to.deep.include({ input: 0.06, output: 0.24 });
    expect(price("eu.amazon.nova-lite-v1:0")).to.deep.include({ input: 0.069, output: 0.276 });
    expect(price("us.amazon.nova-lite-v1:0")?.source).to.match(/^@earendil-works\/pi-ai \d/);
    expect(price("us.amazon.nova-lite-v1:0")?.date).to.match(/^20\d\d-\d\d-\d\d$/);
  });

  it("is lower for a global profile, and a call without a profile has the regional one", () => {
    const model = "anthropic.claude-haiku-4-5-20251001-v1:0";
    expect(price(`global.${model}`)?.input).to.equal(1);
    expect(price(`us.${model}`)?.input).to.equal(1.1);
    expect(price(model)?.input).to.equal(1.1);
    expect(price(model, { region: "eu-west-1" })?.input).to.equal(1.1);
    expect(price(`us.${model}`)).to.deep.include({ cache_read: 0.11, cache_write: 1.375 });
  });

  it("of a region is looked up under the region's own geography", () => {
    expect(price("amazon.nova-lite-v1:0", { region: "us-west-2" })?.input).to.equal(0.06);
    expect(price("amazon.nova-lite-v1:0", { region: "eu-north-1" })?.input).to.equal(0.069);
    expect(price("amazon.nova-lite-v1:0", { region: "ap-northeast-1" })?.input).to.equal(0.063);
  });

  for (const [what, modelId, changes] of [
    ["a model that no table has", "acme.model-1", {}],
    ["a newer model whose name begins like a known one", "global.anthropic.claude-sonnet-5-9", {}],
    ["a US list price in a region that may be dearer", "deepseek.v3-v1:0", { region: "ap-south-1" }],
    ["a profile of a geography that has no price", "apac.meta.llama3-3-70b-instruct-v1:0", {}],
    ["another service tier", "us.amazon.nova-lite-v1:0", { serviceTier: "flex" }],
    [
      "provisioned throughput, which is paid by the hour",
      "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc",
      { candidateModelIds: ["amazon.nova-lite-v1:0"] },
    ],
  ] as const)
    it(`is not known for ${what}`, () => {
      expect(price(modelId, changes)).to.equal(null);
    });

  it("is found behind the ARN of a profile, and of an application profile that model_id explains", () => {
    const account = "arn:aws:bedrock:us-east-1:123456789012";
    expect(price(`${account}:inference-profile/us.amazon.nova-lite-v1:0`)?.input).to.equal(0.06);
    expect(price("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0")?.input).to.equal(0.06);
    const candidateModelIds = ["global.anthropic.claude-haiku-4-5-20251001-v1:0"];
    expect(price(`${account}:application-inference-profile/abc`, { candidateModelIds })?.input).to.equal(1);
  });

  it("of an application profile is global or regional as AWS says, whatever model_id says", () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    const model = "anthropic.claude-haiku-4-5-20251001-v1:0";
    const told = (regions: string[], hint = model) =>
      price(arn, { candidateModelIds: [hint], regions })?.input;
    expect(told([""])).to.equal(1);
    expect(told(["us-east-1", "us-west-2"])).to.equal(1.1);
    expect(told(["us-east-1", "us-west-2"], `global.${model}`)).to.equal(1.1);
    expect(told(["", "us-east-1"], `us.${model}`)).to.equal(1);
    expect(price(`us.${model}`, { regions: [""] })?.input).to.equal(1.1);
  });

  it("of the user's own table goes before the list price, the exact id before the model's", () => {
    const own: PriceTable = {
      prices: {
        "amazon.nova-lite-v1:0": { input: 7, output: 8, service_tiers: { flex: { input: 3, output: 4 } } },
        "eu.amazon.nova-lite-v1:0": { input: 9, output: 10 },
      },
    };
    const source = { source: "prices_file", date: null };
    expect(price("us.amazon.nova-lite-v1:0", {}, own)).to.deep.equal({ input: 7, output: 8, ...source });
    expect(price("apac.amazon.nova-lite-v1:0", {}, own)?.input).to.equal(7);
    expect(price("eu.amazon.nova-lite-v1:0", {}, own)?.input).to.equal(9);
    const flex = price("us.amazon.nova-lite-v1:0", { serviceTier: "flex" }, own);
    expect(flex).to.deep.equal({ input: 3, output: 4, ...source });
    expect(price("us.amazon.nova-micro-v1:0", {}, own)?.input).to.equal(0.035);
  });
});

describe("the list prices", () => {
  it("have the shape of a user's own price file", () => {
    const schema = JSON.parse(readFileSync(new URL("../../../schemas/prices.json", import.meta.url), "utf8"));
    const validate = new Ajv().compile(schema);
    for (const table of listPrices) expect(validate(table), JSON.stringify(validate.errors)).to.equal(true);
  });

  it("hold no zero, which would stand for a price that is not known", () => {
    expect(JSON.stringify(listPrices)).not.to.match(/:0[,}]/);
  });
});

describe("a price file", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "prices-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  const fileOf = (text: string): string => {
    const file = join(folder, "prices.json");
    writeFileSync(file, text);
    return file;
  };

  it("is read as it is", () => {
    const table = { source: "our contract", date: "2026-11-01", prices: { "acme.model-1": { input: 1 } } };
    expect(readPriceFile(fileOf(JSON.stringify(table)))).to.deep.equal(table);
  });

  for (const [what, text, message] of [
    ["is no JSON", "{", /does not hold JSON/],
    ["has a price below zero", '{"prices":{"a":{"input":-1}}}', /\/prices\/a\/input must be >= 0/],
    ["has no prices", "{}", /the file must have required property 'prices'/],
  ] as const)
    it(`that ${what} is refused in words`, () => {
      expect(() => readPriceFile(fileOf(text))).to.throw(message);
    });

  it("that is not there is refused in words", () => {
    expect(() => readPriceFile(join(folder, "nowhere"))).to.throw(/cannot be read: ENOENT/);
  });
});
