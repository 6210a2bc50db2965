/**
 * A process that enriches rows and can be killed at any time. It takes `{config, rows}` as JSON in its first
 * argument and prints, when it has come to its end, one line a row: id, status and error code as JSON. It runs what
 * is compiled, as users do.
 */
import { AwsBedrockModel } from "../../../dist/index.js";

const { config, rows } = JSON.parse(process.argv[2] ?? "");
const lines = [];
const syncConfig = { destination: { connection_specification: config } };
for await (const message of new AwsBedrockModel().enrich(syncConfig, rows)) {
  if (message.type !== "record") continue;
  const { id, _bedrock } = message.record.data;
  lines.push(JSON.stringify({ id, status: _bedrock.status, code: _bedrock.error?.code ?? null }));
}
process.stdout.write(`${lines.join("\n")}\n`);
