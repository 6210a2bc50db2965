/**
 * A process that enriches rows and can be killed at any time. It takes `{config, rows}` as JSON in its first
 * argument and prints, when it has come to its end, one line a row: id, status and error code as JSON.
 */
import "../support/environment.js";
import { AwsBedrockModel } from "../../src/index.js";
import type { Row } from "../support/rows.js";
import { syncConfig } from "../support/sync-config.js";

const { config, rows } = JSON.parse(process.argv[2] ?? "");
const lines: string[] = [];
for await (const message of new AwsBedrockModel().enrich(syncConfig(config), rows)) {
  if (message.type !== "record") continue;
  const { id, _bedrock } = message.record.data as Row;
  lines.push(JSON.stringify({ id, status: _bedrock.status, code: _bedrock.error?.code ?? null }));
}
process.stdout.write(`${lines.join("\n")}\n`);
