import { expect } from "chai";
import { connectionSchema } from "../../src/connection/connection-schema.js";
import { type Form, openForms } from "../support/form.js";

/** The connection's form as the host's rjsf draws it: what a person reads, chooses from and is told. */
describe("schemas/connection.json, drawn by rjsf 5.18", () => {
  let forms: ReturnType<typeof openForms>;
  before(() => {
    forms = openForms();
  });
  after(() => forms.close());
  const draw = (formData?: object): Form => forms.draw(connectionSchema(), formData);

  it("stands in the order of a person's work: region, model, formats, output, then credentials", () => {
    expect(
      draw()
        .fields.map(({ name }) => name)
        .slice(0, 15),
    ).to.deep.equal([
      "region",
      "model_id",
      "inference_profile",
      "api",
      "request_format",
      "response_format",
      "output_field",
      "output_schema",
      "schema_retries",
      "access_key",
      "secret_access_key",
      "session_token",
      "api_key",
      "role_arn",
      "external_id",
    ]);
    expect(draw().fields.map(({ name }) => name)).to.deep.equal(Object.keys(connectionSchema().properties));
  });

  it("says the form expected in the label, and shows no regular expression whatever is typed", () => {
    const typed = Object.fromEntries(Object.keys(connectionSchema().properties).map((name) => [name, "( ["]));
    const { text, fields } = draw(typed);
    expect(text).to.not.match(/must match (pattern|format)|[\^\\]|\[a-z/);
    for (const [name, words] of Object.entries({
      region: "such as us-east-1",
      model_id: "such as us.amazon.nova-lite-v1:0",
      role_arn: "such as arn:aws:iam::123456789012:role/",
      endpoint: "such as https://",
      residency: "such as eu-",
      max_concurrency: "1 to 1000",
      max_spend_usd: "such as 5 or 2.50",
      request_format: "as JSON, with {{ column }}",
    }))
      expect(fields.find((field) => field.name === name)?.label, name).to.include(words);
  });

  it("tells the form in the label of every setting whose text is judged, and no label is there twice", () => {
    const labels = new Map(draw().fields.map(({ name, label }) => [name, label]));
    for (const [name, setting] of Object.entries(connectionSchema().properties))
      if (setting["x-pattern"])
        expect(labels.get(name), name).to.match(/such as|\d to \d|whole number|DRAFT/);
    expect(new Set(labels.values()).size).to.equal(labels.size);
  });

  it("has text areas for what is JSON, masked inputs for secrets, plain ones for numbers, and no checkbox", () => {
    const { fields } = draw();
    const drawnAs = (kind: string) => fields.filter((field) => field.kind === kind).map(({ name }) => name);
    expect(drawnAs("textarea")).to.deep.equal([
      "request_format",
      "response_format",
      "output_schema",
      "write_back_columns",
    ]);
    const secrets = Object.entries(connectionSchema().properties).filter(
      ([, each]) => each.multiwoven_secret,
    );
    expect(drawnAs("password")).to.deep.equal(secrets.map(([name]) => name));
    expect(drawnAs("text")).to.include.members(["max_rows", "max_concurrency", "guardrail_version"]);
    expect(new Set(fields.map(({ kind }) => kind))).to.have.keys("text", "password", "textarea", "select");
  });

  it("explains every input beneath its label, and every choice in its own words", () => {
    for (const { name, kind, help, options } of draw().fields) {
      if (kind === "select") {
        expect(options.length, name).to.be.at.least(2);
        for (const option of options)
          expect(option, name)
            .to.match(/^[A-Z]\w+/)
            .and.not.equal("");
        expect(new Set(options).size, name).to.equal(options.length);
      } else if (kind !== "textarea") expect(help, name).to.match(/\.$/);
    }
  });

  it("offers each choice in words, chosen as the default says", () => {
    const { fields } = draw();
    const selected = (name: string) => fields.find((field) => field.name === name)?.value;
    expect(selected("api")).to.equal("InvokeModel: the request format is the model's own body");
    expect(selected("on_unknown")).to.equal("Hold the row back and name it");
    expect(selected("reuse_answers")).to.equal("Share one call and one answer");
    expect(selected("log_payloads")).to.equal("Left out");
  });

  it("has a way back to none where none is a choice", () => {
    const ways = (name: string) => draw({ [name]: "flex" }).fields.find((field) => field.name === name);
    expect(ways("service_tier")?.options[0]).to.match(/^None/);
    for (const [name, setting] of Object.entries(connectionSchema().properties))
      if (setting.else && setting.default === undefined)
        expect(setting.else.oneOf[0]?.const, name).to.equal("");
  });

  it("fills in nothing that would be sent to a model", () => {
    const { data } = draw();
    expect(data).not.to.have.any.keys("request_format", "response_format", "output_schema", "model_id");
    expect(data).to.include({ schema_retries: "0" }).and.not.have.property("service_tier");
  });

  const anything = {
    "a reference to the environment": () => "ENV['SETTING']",
    "another spelling of a reference": () => 'ENV["SETTING"]',
    "empty text": () => "",
  };
  for (const [what, value] of Object.entries(anything))
    it(`takes ${what} in every field`, () => {
      const names = Object.keys(connectionSchema().properties);
      const { errors, fields } = draw(Object.fromEntries(names.map((name) => [name, value()])));
      expect(errors).to.deep.equal([]);
      expect(fields.map(({ name }) => name)).to.deep.equal(names);
      for (const field of fields) if (value() !== "") expect(field.value, field.name).to.equal(value());
    });

  it("takes numbers, objects and booleans as programs write them, and draws all of them", () => {
    const given = {
      region: "us-east-1",
      model_id: "us.amazon.nova-lite-v1:0",
      request_format: { messages: [{ role: "user", content: [{ text: "{{ text }}" }] }] },
      output_schema: { type: "object", properties: { topic: { type: "string" } } },
      max_concurrency: 20,
      max_spend_usd: 2.5,
      guardrail_version: 1,
      external_id: 123456,
      reuse_answers: false,
      log_payloads: "true",
    };
    const { errors, data, fields, text } = draw(given);
    expect(errors).to.deep.equal([]);
    expect(data).to.deep.include(given);
    expect(text).not.to.include("[object Object]");
    expect(text).to.include("A program stored this as a JSON object.");
    const shown = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    expect(shown).to.include({
      max_concurrency: "20",
      max_spend_usd: "2.5",
      reuse_answers: "Are each sent and paid for",
    });
  });

  it("names by their labels the settings that are missing", () => {
    expect(draw({}).errors).to.have.lengthOf(3);
    for (const word of ["Region", "Model ID", "Request Format"])
      expect(draw({}).errors.join("\n")).to.include(`must have required property '${word}`);
  });
});
