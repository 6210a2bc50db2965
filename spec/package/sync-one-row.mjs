/** Run where the packed package is installed with its optional peers: one row through a sync. */
import { writeFileSync } from "node:fs";
import { AwsBedrockModel } from "multiwoven-aws-bedrock-model";
import { demoCredentials, startEmulator } from "multiwoven-aws-bedrock-model/emulator";
import { openHost } from "multiwoven-aws-bedrock-model/host";

const bedrock = await startEmulator();
const connection = {
  ...demoCredentials,
  region: "us-east-1",
  endpoint: bedrock.url,
  model_id: "us.amazon.nova-lite-v1:0",
  request_format: { messages: [{ role: "user", content: [{ text: "{{ text }}" }] }] },
};
const host = await openHost({ state: "host.db" });
host.register(AwsBedrockModel);
writeFileSync("rows.ndjson", JSON.stringify({ text: "It syncs." }));
const source = { type: "ndjson", path: "rows.ndjson", primary_key: "text" };
const report = await host.sync({
  name: "rows",
  source,
  destination: { connector: "AwsBedrockModel", connection },
});
host.close();
await bedrock.close();
if (report.success !== 1) throw new Error(JSON.stringify(report));
