import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";

const valid = {
  ...demoCredentials,
  region: "us-east-1",
  model_id: "amazon.nova-lite-v1:0",
  request_format: '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}]}',
};

const check = async (changes: Record<string, unknown>) =>
  (await new AwsBedrockModel().checkConnection({ ...valid, ...changes })).connection_status;

describe("the connection settings", () => {
  const bedrock = useBedrock({ account: { models: { "acme.model-1": {} } } });
  before(() => {
    // Settings without an endpoint are tried too, and no spec asks AWS.
    process.env.AWS_ENDPOINT_URL_BEDROCK = bedrock.url;
    process.env.AWS_ENDPOINT_URL_STS = bedrock.url;
  });
  after(() => {
    delete process.env.AWS_ENDPOINT_URL_BEDROCK;
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  const good: [string, Record<string, unknown>][] = [
    ["upstream's own settings", { inference_profile: "", response_format: '{"output":{}}' }],
    ["a response sample without placeholders that is not even JSON", { response_format: "plain text" }],
    ["numbers as numbers", { max_concurrency: 5, request_timeout_seconds: 30 }],
    ["numbers as text", { max_concurrency: "5", request_timeout_seconds: "30" }],
    ["booleans as text", { log_payloads: "true", undouble_apostrophes: "false" }],
    [
      "empty text and null as absent",
      { api_key: "", role_arn: null, output_field: "", service_tier: "", endpoint: null },
    ],
    [
      "formats as objects",
      { request_format: { messages: [{ role: "user", content: [{ text: "{{ a }}" }] }] } },
    ],
    ["blanks around pasted keys", { access_key: " AKIAIOSFODNN7EXAMPLE\n" }],
    [
      "raw line breaks inside a sample's strings",
      { request_format: '{"messages":[{"role":"user","content":[{"text":"a\n{{ b }}"}]}]}' },
    ],
    [
      "an unknown model whose response format has placeholders",
      { model_id: "acme.model-1", response_format: '{"answer":"{{ answer }}"}' },
    ],
  ];
  for (const [what, changes] of good)
    it(`accept ${what}`, async () => {
      expect(await check(changes)).to.deep.equal({ status: "succeeded" });
    });

  const bad: [string, Record<string, unknown>, RegExp][] = [
    ["a missing region", { region: "" }, /region is required/],
    ["a missing model", { model_id: null }, /model_id is required/],
    ["a missing request format", { request_format: "" }, /request_format is required/],
    ["a region that is none", { region: "US East" }, /region must be an AWS region such as us-east-1/],
    [
      "concurrency out of range",
      { max_concurrency: 0 },
      /max_concurrency must be a whole number from 1 to 1000/,
    ],
    ["concurrency that is no number", { max_concurrency: "many" }, /max_concurrency must be a whole number/],
    [
      "a timeout with a fraction",
      { request_timeout_seconds: 1.5 },
      /request_timeout_seconds must be a whole number/,
    ],
    [
      "an unknown service tier",
      { service_tier: "gold" },
      /service_tier must be one of default, priority, flex, reserved/,
    ],
    ["a boolean that is none", { log_payloads: "yes" }, /log_payloads must be one of true, false/],
    ["an endpoint that is no URL", { endpoint: "bedrock" }, /endpoint must be a URL/],
    ["a role that is no ARN", { role_arn: "admin" }, /role_arn must be a role ARN/],
    ["half a key pair", { secret_access_key: "" }, /secret_access_key is required with access_key/],
    ["two errorCodes of credentials", { api_key: "k" }, /api_key cannot be used together with access_key/],
    [
      "a session token alone",
      { access_key: "", secret_access_key: "", session_token: "t" },
      /session_token needs/,
    ],
    [
      "half a guardrail",
      { guardrail_identifier: "g" },
      /guardrail_version is required with guardrail_identifier/,
    ],
    [
      "a starred secret",
      { secret_access_key: "*************" },
      /secret_access_key holds only asterisks.*re-enter the secret/,
    ],
    [
      "a starred API key",
      { access_key: "", secret_access_key: "", api_key: "***" },
      /api_key holds only asterisks/,
    ],
    [
      "batch jobs without a place",
      { delivery: "batch" },
      /batch_s3_uri is required.*batch_role_arn is required.*ledger is required/,
    ],
    [
      "a place of batch jobs without a role",
      { batch_s3_uri: "s3://rows" },
      /batch_role_arn is required with batch_s3_uri/,
    ],
    [
      "a place that is no folder of S3",
      { batch_s3_uri: "rows" },
      /batch_s3_uri must be an address such as s3:/,
    ],
    [
      "batch jobs with a guardrail, which they would leave out",
      { delivery: "batch", guardrail_identifier: "g", guardrail_version: "1" },
      /delivery cannot be batch with a guardrail/,
    ],
    [
      "batch jobs with a tier, which they would leave out",
      { delivery: "batch", service_tier: "flex" },
      /delivery cannot be batch with service_tier/,
    ],
    ["the reserved output field", { output_field: "_bedrock" }, /output_field cannot be _bedrock/],
    [
      "a request that is no JSON",
      { request_format: '{"a": {{ b }} }' },
      /request_format is not valid JSON at line 1, column 8.*inside quotes/,
    ],
    ["a request that is no object", { request_format: "[1]" }, /request_format must be a JSON object/],
    [
      "a Liquid error",
      { request_format: '{"a": "{{ b | nope }}"}' },
      /request_format has a Liquid error at a: undefined filter: nope/,
    ],
    [
      "a response format with two placeholders in a value",
      { response_format: '{"a": "{{ b }} {{ c }}"}' },
      /response_format has more than one/,
    ],
    [
      "a bound of tokens for a request that sets no limit",
      { max_tokens_total: 1000 },
      /request_format sets no limit of output tokens, which max_tokens_total/,
    ],
    [
      "a bound of money for a model without a known price",
      {
        max_spend_usd: 5,
        model_id: "us.anthropic.claude-9",
        request_format:
          '{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}',
      },
      /max_spend_usd needs a price, and none is known for us\.anthropic\.claude-9 in .*: set input_price_usd/,
    ],
    [
      "a bound of money at a tier without a known price",
      {
        max_spend_usd: 5,
        service_tier: "flex",
        request_format:
          '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}],"inferenceConfig":{"maxTokens":9}}',
      },
      /none is known for amazon\.nova-lite-v1:0 in us-east-1 at the tier flex: set/,
    ],
    [
      "a misspelt ceiling, which would be missed",
      { max_spend_ust: "5" },
      /"max_spend_ust" is no setting: did you mean max_spend_usd\?/,
    ],
    [
      "a misspelt setting",
      { max_concurency: "5" },
      /"max_concurency" is no setting: did you mean max_concurrency\?/,
    ],
    [
      "a setting in another case",
      { model_id: "", modelId: "us.amazon.nova-lite-v1:0" },
      /model_id is required.*"modelId" is no setting: did you mean model_id\?/,
    ],
    ["a model without its vendor", { model_id: "nova-lite" }, /did you mean amazon\.nova-lite-v1:0\?/],
    [
      "one price without the other",
      { input_price_usd: 1 },
      /output_price_usd is required with input_price_usd/,
    ],
    [
      "a model of no known family",
      { model_id: "acme.model-1" },
      /model_id names no known model family.*claude, nova/,
    ],
    [
      "an ARN that hides its model",
      { model_id: "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc" },
      /model_id is an ARN that hides its model: put the ARN into inference_profile/,
    ],
  ];
  for (const [what, changes, message] of bad)
    it(`refuse ${what}, by name`, async () => {
      const status = await check(changes);
      expect(status.status).to.equal("failed");
      expect(status.message).to.match(message);
    });

  it("name every bad field in one message, and quote none of the values", async () => {
    const canary = "canary-5b1d";
    const { message } = await check({
      region: canary,
      max_concurrency: canary,
      endpoint: canary,
      request_format: canary,
      service_tier: canary,
      api_key: canary,
    });
    for (const field of [
      "region",
      "max_concurrency",
      "endpoint",
      "request_format",
      "service_tier",
      "api_key",
    ])
      expect(message).to.contain(field);
    expect(message).not.to.contain(canary);
  });
});
