import type { BedrockReadConfig, BedrockSyncConfig, ConnectionConfig } from "../../src/index.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";

/** Settings as the connector's types want them. A spec may have made any of them wrong. */
export type AnyConfig = ConnectionConfig & Record<string, unknown>;

/** Settings of an account with room for all that a spec sends: none waits while its pace is learned. */
export const roomy = { requests_per_minute: 60_000, tokens_per_minute: 60_000_000 };

/** A connection to a local Bedrock that works, with whatever the spec changes about it. */
export const localConfig = (endpoint: string, changes: Record<string, unknown> = {}): AnyConfig => ({
  ...demoCredentials,
  region: "us-east-1",
  endpoint,
  model_id: "us.amazon.nova-lite-v1:0",
  request_format: '{"messages":[{"role":"user","content":[{"text":"Summarise:\\n\\n{{ text }}"}]}]}',
  ...changes,
});

/** A host's sync config around a destination's connection; `changes` may make it one for `read`. */
export const syncConfig = (connection: unknown, changes: Record<string, unknown> = {}) => {
  const config: unknown = {
    source: { name: "Postgresql", type: "source", connection_specification: {} },
    destination: { name: "AwsBedrockModel", type: "destination", connection_specification: connection },
    model: { name: "tickets", query: "select 1", query_type: "raw_sql", primary_key: "id" },
    stream: { name: "invoke_model", json_schema: {} },
    sync_mode: "incremental",
    destination_sync_mode: "insert",
    sync_id: "1",
    ...changes,
  };
  return config as BedrockSyncConfig & BedrockReadConfig;
};
