import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect } from "chai";
import { testTemplates } from "../../../src/index.js";
import { modelFixtures } from "../../support/fixtures.js";
import { startServer } from "../../support/http-server.js";

const config = {
  model_id: "anthropic.claude-3-haiku-20240307-v1:0",
  request_format: {
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 50,
    messages: [{ role: "user", content: "Of {{ name }}:\n{{ note }}" }],
  },
  response_format: { content: [{ type: "text", text: "{{ summary }}" }], stop_reason: "{{ ending }}" },
};
const application = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4";
const record = { name: "Jo", note: "Hi." };
const expected_body = {
  max_tokens: 50,
  messages: [{ content: "Of Jo:\nHi.", role: "user" }],
  anthropic_version: "bedrock-2023-05-31",
};
const response = { content: [{ type: "text", text: "A greeting." }], stop_reason: "end_turn" };
const expected_columns = { summary: "A greeting.", ending: "end_turn" };

const run = (given: object, settings: object = config) =>
  testTemplates({ config: settings, cases: [{ name: "it", record, ...given }] });
const differences = async (given: object) => (await run(given)).cases[0]?.differences ?? [];

/** The sentence that a file is refused with. */
const refusal = (tests: unknown): Promise<string> =>
  testTemplates(tests).then(
    () => "taken",
    (error: Error) => error.message,
  );

describe("template tests", () => {
  it("pass where body, columns and outcome are as expected, whatever the order of keys", async () => {
    const headers = { "X-Amzn-Bedrock-Input-Token-Count": 12, "x-amzn-bedrock-output-token-count": "3" };
    const expected_outcome = {
      status: "enriched",
      truncated: false,
      input_tokens: 12,
      output_tokens: 3,
      error: null,
    };
    const report = await run({ expected_body, response, headers, expected_columns, expected_outcome });
    expect(report).to.deep.equal({
      passed: 1,
      failed: 0,
      cases: [{ name: "it", differences: [] }],
      remarks: [],
    });
  });

  it("show where a body differs, line by line of its texts", async () => {
    const wrong = { ...expected_body, messages: [{ role: "user", content: "Of Jo:\nHello." }] };
    const [difference, ...others] = await differences({ expected_body: wrong });
    expect(others).to.deep.equal([]);
    expect(difference?.what).to.equal("body");
    const changed = difference?.text.split("\n").filter((line) => /^[-+]/.test(line));
    expect(changed?.map((line) => line.replace(/ +/g, " "))).to.deep.equal(['- Hello.",', '+ Hi.",']);
  });

  const failing: [name: string, given: object, what: string, text: RegExp][] = [
    [
      "a column of another value",
      { response, expected_columns: { ...expected_columns, ending: "x" } },
      "columns",
      /-.*x/,
    ],
    [
      "a column that is not expected",
      { response, expected_columns: { summary: "A greeting." } },
      "columns",
      /\+.*ending/,
    ],
    [
      "a column that is missing",
      { response, expected_columns: { ...expected_columns, more: 1 } },
      "columns",
      /-.*more/,
    ],
    ["another outcome", { response, expected_outcome: { truncated: true } }, "outcome", /\+.*false/],
    ["an outcome that there is not", { response, expected_outcome: { mood: "good" } }, "outcome", /-.*mood/],
    [
      "an error that did not come",
      { expected_error: "missing_column" },
      "error",
      /^- missing_column\n\+ none$/,
    ],
    [
      "an error that nobody expects",
      { record: {}, expected_body },
      "error",
      /^- none\n\+ missing_column: .*name/,
    ],
    ["another error", { record: 5, expected_error: "missing_column" }, "error", /\+ not_an_object: /],
    [
      "an answer that cannot be read",
      { response: "<html>", expected_outcome: { billed: "yes" } },
      "error",
      /\+ unreadable_response: /,
    ],
    [
      "a body where there is no request",
      { record: {}, expected_error: "missing_column", expected_body },
      "body",
      /no request/,
    ],
  ];
  for (const [name, given, what, text] of failing)
    it(`fail for ${name}`, async () => {
      const found = await differences(given);
      expect(found.map((difference) => difference.what)).to.deep.equal([what]);
      expect(found[0]?.text).to.match(text);
    });

  const passing: [name: string, given: object][] = [
    ["a row that cannot be rendered", { record: {}, expected_error: "missing_column" }],
    ["a record that is none", { record: [1], expected_error: "not_an_object" }],
    ["an answer that is no JSON", { response: "<html>", expected_error: "unreadable_response" }],
    ["a refusal", { response: { ...response, stop_reason: "refusal" }, expected_error: "refused" }],
  ];
  for (const [name, given] of passing)
    it(`pass for ${name}, where it is expected`, async () => {
      expect(await differences(given)).to.deep.equal([]);
    });

  it("take a fence as it is: the same row has the same nonce", async () => {
    const settings = {
      model_id: "meta.llama3-8b-instruct-v1:0",
      request_format: { prompt: "{{ note | fence }} x" },
    };
    const fenced = (nonce: string) => ({ prompt: `<data-${nonce}>\nHi.\n</data-${nonce}> x` });
    const first = (await run({ expected_body: fenced("0") }, settings)).cases[0]?.differences[0]?.text ?? "";
    const nonce = /\+.*<data-([0-9a-f]{16})>/.exec(first)?.[1] ?? "";
    expect((await run({ expected_body: fenced(nonce) }, settings)).passed).to.equal(1);
  });

  it("call nothing", async () => {
    const server = await startServer((_, answer) => answer.end());
    await run({ response, expected_columns }, { ...config, endpoint: server.url, api_key: "x" });
    expect(server.requests()).to.equal(0);
    await server.close();
  });

  it("need no credentials and no region, and ignore those that are there", async () => {
    for (const more of [{ secret_access_key: "****" }, { api_key: "x", access_key: "y" }, { region: "" }])
      expect((await run({ expected_body }, { ...config, ...more })).passed).to.equal(1);
  });

  it("mind nothing that only calls need", async () => {
    for (const more of [
      { residency: "us-east-1", inference_profile: "us.anthropic.claude-3-haiku-20240307-v1:0" },
      { prices_file: "/nowhere/prices.json" },
      { model_id: application, max_spend_usd: "5" },
      { model_id: application },
    ]) {
      const report = await run({ expected_body, response, expected_columns }, { ...config, ...more });
      expect(report, JSON.stringify(more)).to.deep.include({ passed: 1, remarks: [] });
    }
  });

  it("judge bodies where an ARN hides the model, and say that answers are not read", async () => {
    const { response_format: _, ...hidden } = { ...config, model_id: application };
    const { passed, remarks } = await run({ expected_body }, hidden);
    expect(passed).to.equal(1);
    expect(remarks).to.have.length(1);
    expect(remarks[0]).to.match(
      /^Answers are not read here, since model_id is an ARN that hides its model: put/,
    );
    const typed = { ...hidden, output_schema: '{"type":"object","properties":{"a":{}}}' };
    expect((await run({ expected_body }, typed)).passed).to.equal(1);
    const [difference] = (await run({ response, expected_columns }, hidden)).cases[0]?.differences ?? [];
    expect(difference?.text).to.contain("unreadable_response").and.contain("No family is known");
  });

  it("give the remarks of a check, and advise to fence free text", async () => {
    const note = "First line\nsecond line";
    const { remarks } = await run(
      { record: { ...record, note }, expected_outcome: {} },
      { ...config, typo: 1 },
    );
    expect(remarks).to.have.length(2);
    expect(remarks[0]).to.contain("typo");
    expect(remarks[1]).to.contain("{{ note | fence }}");
  });

  for (const { modelId, template, record, request, response, headers, expected } of modelFixtures)
    it(`hold for the sample of ${modelId}`, async () => {
      const { truncated, inputTokens: input_tokens, outputTokens: output_tokens } = expected;
      const report = await testTemplates({
        config: { model_id: modelId, request_format: template },
        cases: [
          {
            name: "sample",
            record,
            response,
            headers,
            expected_body: request,
            expected_columns: { completion: expected.text ?? expected.vector },
            expected_outcome: { truncated, input_tokens, output_tokens },
          },
        ],
      });
      expect(report.cases[0]?.differences).to.deep.equal([]);
    });

  const cases = [{ name: "it", record, expected_body }];
  const refused: [name: string, tests: unknown, sentence: RegExp][] = [
    ["what is no object", 5, /^the file must be object$/],
    ["nothing to test", { config, cases: [] }, /^cases must NOT have fewer than 1 items$/],
    ["a missing key", { config, cases: [{ name: "x", expected_body }] }, /^cases\[0\] lacks record$/],
    [
      "a key that it does not know",
      { config, cases: [{ ...cases[0], expect: 1 }] },
      /^cases\[0\] has the unknown key "expect" \(did you mean expected_\w+\?\)$/,
    ],
    [
      "a case that expects nothing",
      { config, cases: [{ name: "x", record }] },
      /^cases\[0\] expects nothing: /,
    ],
    [
      "columns without a response",
      { config, cases: [{ name: "x", record, expected_columns }] },
      /^cases\[0\] lacks response, which expected_columns needs$/,
    ],
    [
      "a path, which only the command reads",
      { config: "c.json", cases },
      /^config must be the settings themselves/,
    ],
    ["settings that are not usable", { config: { model_id: "x" }, cases }, /request_format is required/],
    [
      "a template that is broken",
      { config: { ...config, request_format: "{" }, cases },
      /request_format is not valid JSON/,
    ],
  ];
  for (const [name, tests, sentence] of refused)
    it(`refuse, with a sentence: ${name}`, async () => {
      expect(await refusal(tests)).to.match(sentence);
    });

  it("are described by a schema that is one itself", () => {
    const schema = JSON.parse(readFileSync("schemas/template-tests.json", "utf8"));
    expect(new Ajv().validateSchema(schema)).to.equal(true);
  });
});
