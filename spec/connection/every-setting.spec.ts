import { expect } from "chai";
import { type Connection, readConnection } from "../../src/connection/connection.js";
import { connectionSchema } from "../../src/connection/connection-schema.js";
import { offlineSettings } from "../../src/connection/offline-settings.js";
import type { Problem } from "../../src/connection/rules.js";
import { sources } from "../support/sources.js";

/** Every setting but `api_key`, which excludes the keys, each other than its default. */
const full: Readonly<Record<string, unknown>> = {
  access_key: "AKIAIOSFODNN7EXAMPLE",
  secret_access_key: "secret",
  session_token: "token",
  role_arn: "arn:aws:iam::123456789012:role/enrich",
  external_id: "external",
  region: "eu-west-1",
  model_id: "amazon.nova-lite-v1:0",
  inference_profile: "eu.amazon.nova-lite-v1:0",
  request_format: '{"messages":[]}',
  response_format: '{"answer":"{{ answer }}"}',
  output_field: "answer",
  chat_template: "auto",
  max_concurrency: "7",
  request_timeout_seconds: "33",
  ledger: "ledger.jsonl",
  on_unknown: "retry",
  on_truncated: "fail",
  on_empty: "keep",
  on_blank: "send",
  reuse_answers: false,
  prompt_cache: "auto",
  max_rows: "11",
  max_tokens_total: "1200",
  max_spend_usd: "13",
  input_price_usd: "0.1",
  output_price_usd: "0.2",
  prices_file: "prices.json",
  tolerated_failure_count: "14",
  tolerated_failure_percent: "15",
  tokens_per_minute: "16000",
  requests_per_minute: "170",
  endpoint: "http://127.0.0.1:1",
  guardrail_identifier: "guard",
  guardrail_version: "1",
  service_tier: "flex",
  undouble_apostrophes: true,
  log_payloads: true,
  is_stream: true,
  request_metadata: "none",
  residency: "eu-",
  api: "converse",
  output_schema: '{"type":"object","properties":{"a":{"type":"string"}}}',
  write_back_url: "postgresql://db/rows",
  write_back_table: "mails",
  write_back_key: "id",
  write_back_columns: '{"summary":"answer"}',
  schema_retries: "2",
  system_placeholders: "allow",
  delivery: "auto",
  batch_s3_uri: "s3://rows/batches",
  batch_output_s3_uri: "s3://answers",
  batch_role_arn: "arn:aws:iam::123456789012:role/batch",
  batch_kms_key: "key-1",
  batch_tags: "team=growth",
};

const read = (settings: object): { connection: Connection; problems: Problem[] } => {
  const problems: Problem[] = [];
  return { connection: readConnection(settings, problems), problems };
};

const { properties } = connectionSchema();

describe("every setting of the specification", () => {
  it("is tried here, all of them together", () => {
    expect(Object.keys(properties)).to.have.members([...Object.keys(full), "api_key"]);
    expect(read(full).problems).to.deep.equal([]);
  });

  for (const [name, value] of Object.entries({ ...full, api_key: "key" }))
    it(`${name} changes how the connector works, and is no setting that it ignores`, () => {
      const { [name]: _, ...without } = full;
      const { connection } = read({ ...without, [name]: value });
      expect(connection).to.not.deep.equal(read(without).connection);
      expect(connection.unknownSettings).to.deep.equal([]);
    });

  it("is drawn as text or as a choice, with a default that stands in the specification alone", () => {
    for (const [name, { type, default: byDefault }] of Object.entries(properties)) {
      expect([type].flat()[0], name).to.equal("string");
      if (byDefault === undefined) continue;
      const { [name]: _, ...without } = full;
      expect(read(without).connection, name).to.deep.equal(
        read({ ...without, [name]: byDefault }).connection,
      );
    }
  });

  it("that is secret is left out where templates are read without AWS", () => {
    const given: Record<string, unknown> = { ...full, api_key: "key" };
    const kept = Object.values(offlineSettings(given) as object);
    for (const [name, { multiwoven_secret }] of Object.entries(properties))
      if (multiwoven_secret) expect(kept, name).not.to.include(given[name]);
  });
});

describe("every part of a connection", () => {
  const { connection } = read(full);
  const rooms = sources(["connection/", "generated/", "core/", "rows/", "host/", "testing/", "cli/"]);

  for (const part of Object.keys(connection))
    it(`${part} is read by a room`, () => {
      const reads = new RegExp(`\\.${part}\\b|[{,]\\s*${part}\\b`);
      expect(rooms.filter(({ text }) => reads.test(text)).map(({ path }) => path)).not.to.be.empty;
    });
});
