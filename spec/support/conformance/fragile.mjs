/**
 * A command that keeps to the rules but for one: it dies where `write` is given no sync config. Plain JavaScript,
 * because the suite starts it many times.
 */
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const key = { type: "string", title: "Key", description: "The key.", order: 1 };
const connection_specification = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  required: ["key"],
  properties: { key },
};
const rate = { request_rate_limit: 60, request_rate_limit_unit: "minute", request_rate_concurrency: 2 };
const stream = { name: "say", action: "create", json_schema: {}, batch_support: false, batch_size: 1 };

const hooks = {
  spec: () => ({
    type: "connector_spec",
    connector_spec: { stream_type: "static", connection_specification },
  }),
  check_connection: async (config) => {
    await sleep(30);
    return { type: "connection_status", connection_status: { status: config?.key ? "succeeded" : "failed" } };
  },
  discover: () => ({
    type: "catalog",
    catalog: { ...rate, schema_mode: "schemaless", streams: [stream] },
  }),
  write: (sync, records) => {
    if (!sync) process.exit(1);
    return { type: "tracking", tracking: { success: 0, failed: records.length, logs: [] } };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, hook, args } = JSON.parse(line);
  console.log(JSON.stringify({ id, message: await hooks[hook](...args) }));
}
