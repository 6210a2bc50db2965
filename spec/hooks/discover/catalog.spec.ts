import { Ajv } from "ajv";
import { expect } from "chai";
import { AwsBedrockModel, type Hooks } from "../../../src/index.js";
import { withBedrock } from "../../support/bedrock.js";
import { modelFixtures } from "../../support/fixtures.js";
import { validateMessage } from "../../support/protocol.js";
import { rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";

// biome-ignore lint/suspicious/noExplicitAny: a spec reads whatever stands in the schema.
type Schema = any;

const discover = async (config?: unknown) => {
  const connector: Hooks = new AwsBedrockModel();
  const message = await connector.discover(config);
  expect(validateMessage(message).ok).to.equal(true);
  const { schema_mode: mode, streams } = message.catalog;
  return { message, mode, schema: streams[0]?.json_schema as Schema };
};

const configOf = (text: string, changes = {}) =>
  localConfig("http://127.0.0.1:1", {
    request_format: { messages: [{ role: "user", content: [{ text }] }] },
    ...changes,
  });
const columns = async (text: string) => (await discover(configOf(text))).schema;
const any = ["string", "number", "boolean", "object", "array", "null"];

describe("discover: the columns that the request reads", () => {
  it("are the stream's properties, and no others", async () => {
    const { mode, schema } = await discover(
      configOf("{{ subject }} by {{ name | upcase }}: {{ body | fence }}"),
    );
    expect(mode).to.equal("schema");
    expect(schema).to.deep.include({
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      required: ["subject", "name", "body"],
      properties: { subject: { type: "string" }, name: { type: any }, body: { type: "string" } },
      additionalProperties: true,
    });
  });

  it("are required only where a row without them fails", async () => {
    const schema = await columns(
      'In {{ city | default: "nowhere" }} {% if vip %}{{ vip }}{% endif %}{% for t in tags %}{{ t }}{{ mark }}{% endfor %}{{ a | append: b }}',
    );
    expect(schema.required).to.deep.equal(["tags", "a", "b"]);
    expect(schema.properties.city).to.deep.equal({ type: "string", default: "nowhere" });
    expect(schema.properties).to.have.all.keys("city", "vip", "tags", "mark", "a", "b");
  });

  it("have the parts that are read by name, as the mapping page writes them", async () => {
    const schema = await columns(
      'To {{ user.name }} {{ user.mail | default: "-" }} {{ orders[0].id }} {{ tags.size }}',
    );
    expect(schema.properties).to.deep.equal({
      user: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, mail: { type: "string", default: "-" } },
      },
      orders: { type: any },
      tags: { type: any },
    });
  });

  it("may have any name", async () => {
    const schema = await columns("Hi {{ record['Full name'] }} {{ record['__proto__'] }} {{ größe }}");
    expect(Object.keys(schema.properties)).to.deep.equal(["Full name", "__proto__", "größe"]);
    expect(schema.required).to.deep.equal(["Full name", "__proto__", "größe"]);
  });

  it("says nothing of a lone column, which the host's mapping page would show twice", async () => {
    for (const text of ["{{ a }}", "{{ a.b.c }}", "{{ a }} and {{ a }}"])
      expect(JSON.stringify(await columns(text))).not.to.match(/"required":\["[abc]"/);
  });

  it("are required twice over when they have a default in one place only", async () => {
    const schema = await columns('{{ a | default: "x" }} and {{ a }} of {{ b }}');
    expect(schema.required).to.deep.equal(["a", "b"]);
  });

  for (const [what, text] of [
    ["a row's value names the column", "Hi {{ record[which] }}"],
    ["none is read", "Hi."],
  ] as const)
    it(`leave the fields to the user when ${what}`, async () => {
      expect((await discover(configOf(text))).mode).to.equal("schemaless");
    });
});

describe("discover: the columns that a row gains", () => {
  const output = async (changes: object) =>
    (await discover(configOf("{{ text }}", changes))).schema["x-output-schema"];

  it("are the output field and _bedrock", async () => {
    const schema = await output({ output_field: "summary" });
    expect(schema.required).to.deep.equal(["summary", "_bedrock"]);
    expect(schema.properties.summary).to.deep.equal({ type: ["string", "null"] });
  });

  it("have the types that the family's replies have", async () => {
    const { properties } = await output({
      response_format: {
        output: { message: { content: [{ text: "{{ summary }}" }] } },
        stopReason: "{{ ending }}",
        usage: { inputTokens: "{{ tokens }}", unheard: "{{ other }}" },
        metrics: "{{ metrics }}",
      },
    });
    expect(properties).to.deep.include({
      summary: { type: ["string", "null"] },
      ending: { type: ["string", "null"] },
      tokens: { type: ["integer", "null"] },
      other: {},
      metrics: {},
    });
  });

  it("are those of the output schema, and null where a row has no answer", async () => {
    const output_schema = {
      type: "object",
      properties: { topic: { enum: ["billing", "other"] }, mood: { type: "number" }, note: {} },
    };
    const response_format = { stopReason: "{{ ending }}" };
    const { schema } = await discover(configOf("{{ body }}", { output_schema, response_format }));
    const { _bedrock, ...properties } = schema["x-output-schema"].properties;
    expect(properties).to.deep.equal({
      topic: { type: ["string", "null"] },
      mood: { type: ["number", "null"] },
      note: {},
      ending: { type: ["string", "null"] },
    });
  });

  it("fit enriched and failed rows alike", async () => {
    await withBedrock({}, async (bedrock) => {
      const config = localConfig(bedrock.url);
      const { schema } = await discover(config);
      expect(bedrock.stats().requests).to.equal(0);
      const rows = rowsOf(await new AwsBedrockModel().write(syncConfig(config), [{ text: "Hi." }, {}, 5]));
      const fits = new Ajv({ allErrors: true, strict: false }).compile(schema["x-output-schema"]);
      for (const row of rows) expect(fits(row), JSON.stringify(fits.errors)).to.equal(true);
      expect(rows.map(({ _bedrock }) => _bedrock.status)).to.deep.equal(["enriched", "failed", "failed"]);
      expect(Object.keys(rows[0]?._bedrock ?? {}).sort()).to.deep.equal(
        Object.keys(schema["x-output-schema"].properties._bedrock.properties).sort(),
      );
    });
  });
});

describe("discover: the catalog", () => {
  for (const { modelId, template, record } of modelFixtures)
    it(`lists exactly the columns of the sample request: ${modelId}`, async () => {
      const { schema } = await discover(configOf("", { model_id: modelId, request_format: template }));
      expect(Object.keys(schema.properties).sort()).to.deep.equal(Object.keys(record).sort());
    });

  it("is the open one without a configuration that can be used", async () => {
    const { message } = await discover();
    for (const config of [null, 5, {}, configOf("{{")])
      expect((await discover(config)).message).to.deep.equal(message);
    expect(message.catalog).to.deep.include({ schema_mode: "schemaless" });
    expect(message.catalog.streams[0]?.json_schema).to.deep.equal({});
  });

  const application = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4";
  const beyond: [what: string, changes: object][] = [
    ["an ARN that hides its model", { model_id: application }],
    ["a model that no family knows", { model_id: "nobody.knows" }],
    ["regions that a profile may leave", { residency: "us-east-1" }],
    ["regions that AWS would be asked about", { inference_profile: application, residency: "us-" }],
    ["a file of prices that is not on this machine", { prices_file: "/nowhere/prices.json" }],
    ["a ceiling in dollars without a known price", { model_id: "nobody.knows", max_spend_usd: "5" }],
    ["a ceiling in tokens", { max_tokens_total: "1000", max_rows: "5" }],
  ];
  for (const [what, changes] of beyond)
    it(`lists the columns of a connection with ${what}`, async () => {
      const { mode, schema } = await discover(configOf("{{ a }} b", { ...changes, output_field: "c" }));
      expect(mode).to.equal("schema");
      expect(Object.keys(schema.properties)).to.deep.equal(["a"]);
      expect(schema["x-output-schema"].required).to.deep.equal(["c", "_bedrock"]);
    });

  it("has the types of an output schema where no family is known, and no type for a text that none is known of", async () => {
    const output_schema = { type: "object", properties: { mood: { type: "number" } } };
    const { schema } = await discover(configOf("{{ a }}", { model_id: application, output_schema }));
    expect(schema["x-output-schema"].properties.mood).to.deep.equal({ type: ["number", "null"] });
    const other = await discover(configOf("{{ a }}", { model_id: application }));
    expect(other.schema["x-output-schema"].properties.completion).to.deep.equal({});
  });

  it("needs neither credentials nor a region, nor minds what the host shows in place of a secret", async () => {
    const { region: _, ...settings } = configOf("{{ a }} b", {
      secret_access_key: "*******",
      access_key: "",
    });
    expect(Object.keys((await discover(settings)).schema.properties)).to.deep.equal(["a"]);
  });

  it("is the same every time, and never offers batches", async () => {
    const config = configOf("{{ a }} b");
    const [one, two] = [await discover(config), await discover(config)];
    expect(one.message).to.deep.equal(two.message);
    expect(one.message.catalog.streams[0]).to.include({ batch_support: false, batch_size: 1 });
  });
});
