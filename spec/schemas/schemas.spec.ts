import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect } from "chai";
import { validateMessage } from "../support/protocol.js";

const folder = new URL("../../schemas/", import.meta.url);
const draft7 = "http://json-schema.org/draft-07/schema#";

describe("schemas", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".json"));

  it("are there", () => {
    expect(files).to.include.members(["connection.json", "protocol.json"]);
  });

  for (const file of files.sort()) {
    it(`${file} is valid draft-07 and says so`, () => {
      const schema = read(file);
      expect(schema.$schema).to.equal(draft7);
      const ajv = new Ajv({ strict: false, logger: false });
      expect(ajv.validateSchema(schema), ajv.errorsText()).to.equal(true);
      expect(() => ajv.compile(schema)).not.to.throw();
    });
  }
});

describe("schemas/connection.json, the host's form", () => {
  const { properties, required } = read("connection.json");
  const names = Object.keys(properties);
  const secrets = names.filter((name) =>
    /secret|token(?!s)|api_key|access_key|external_id|write_back_url/.test(name),
  );

  it("requires only what it has", () => {
    expect(names).to.include.members(required);
  });

  for (const [position, name] of names.entries()) {
    it(`${name} can be drawn, explained and put in its place`, () => {
      const property = properties[name];
      expect(property.title).to.be.a("string").that.is.not.empty;
      expect(property.description).to.be.a("string").that.is.not.empty;
      expect(property.order).to.equal(position);
      // What is not a text alone is drawn as the first of its types.
      expect([property.type].flat()[0]).to.equal("string");
      expect(property).not.to.have.any.keys("$ref", "oneOf", "anyOf", "pattern");
    });
  }

  it("marks its secrets, and only them, and gives none away", () => {
    const marked = names.filter((name) => properties[name].multiwoven_secret === true);
    expect(marked).to.deep.equal(secrets).and.not.be.empty;
    for (const name of secrets) expect(properties[name]).not.to.have.any.keys("default", "examples");
  });

  it("marks the sample request and the sample response", () => {
    expect(properties.request_format).to.have.property("x-request-format", true);
    expect(properties.response_format).to.have.property("x-response-format", true);
  });
});

describe("messages the host is known to take", () => {
  for (const message of goldenMessages()) {
    it(`${message.type}`, () => {
      const verdict = validateMessage(message);
      expect(verdict).to.deep.include({ ok: true });
    });
  }

  it("keeps what a message says and adds the host's defaults", () => {
    const message = { type: "tracking", tracking: { failed: 1 }, extra: 1 };
    expect(validateMessage(message)).to.deep.equal({
      ok: true,
      output: { type: "tracking", tracking: { success: 0, failed: 1 } },
    });
    expect(message).to.have.property("extra");
  });

  it("names the field of a message it refuses", () => {
    const verdict = validateMessage({ type: "tracking", tracking: { success: null } });
    if (verdict.ok) throw new Error("the message was taken");
    expect(verdict.errors.join("\n")).to.include("/tracking/success must be integer");
  });

  it("refuses what JSON cannot carry", () => {
    expect(validateMessage(undefined).ok).to.equal(false);
  });
});

function goldenMessages() {
  const time = 1722762885;
  const answer = JSON.stringify({ request: "{}", response: "{}", level: "info" });
  return [
    {
      type: "connection_status",
      connection_status: { status: "failed", message: "UnrecognizedClientException" },
    },
    {
      type: "connector_spec",
      connector_spec: {
        documentation_url: "https://docs.example/",
        stream_type: "static",
        connector_query_type: "ai_ml",
        connection_specification: { $schema: draft7, type: "object", properties: {} },
        supported_destination_sync_modes: ["insert"],
      },
    },
    {
      type: "catalog",
      catalog: {
        request_rate_limit: 600,
        request_rate_limit_unit: "minute",
        request_rate_concurrency: 10,
        schema_mode: "schemaless",
        streams: [
          {
            name: "invoke_model",
            action: "create",
            json_schema: {},
            supported_sync_modes: ["incremental"],
            batch_support: false,
            batch_size: 1,
          },
        ],
      },
    },
    {
      type: "tracking",
      tracking: {
        success: 1,
        failed: 0,
        logs: [{ name: "AwsBedrockModel", level: "info", message: answer }],
        meta: { records: [{ id: 1, summary: "Short." }] },
      },
    },
    { type: "record", record: { data: { completion: "Hi." }, emitted_at: time } },
    {
      type: "control",
      control: {
        type: "full_refresh",
        emitted_at: time,
        status: "succeeded",
        meta: { detail: "nothing to clear" },
      },
    },
  ];
}

function read(file: string) {
  return JSON.parse(readFileSync(new URL(file, folder), "utf8"));
}
