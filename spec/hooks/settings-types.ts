import type { AwsBedrockModel, Hooks, SyncConfig } from "../../src/index.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";

/**
 * What `tsc -p spec` says of settings; nothing here is run. A line under `@ts-expect-error` that compiles is an error.
 */
export const settings = async (
  connector: AwsBedrockModel,
  hooks: Hooks,
  given: unknown,
  hosts: SyncConfig,
) => {
  const request_format = { messages: [{ role: "user", content: [{ text: "{{ text }}" }] }] };
  const good = { region: "us-east-1", model_id: "us.amazon.nova-lite-v1:0", request_format };
  const rows = [{ text: "a" }];

  // What the connector takes: text, a number for the text of one, JSON as text or as an object.
  await connector.checkConnection({ ...good, ...demoCredentials, max_rows: 5, max_spend_usd: "2.50" });
  await connector.checkConnection({ ...good, request_format: "{}", output_schema: { type: "object" } });
  await connector.discover();
  await connector.discover({ request_format });
  await connector.write({ destination: { connection_specification: good }, sync_run_id: 7 }, rows);
  await connector.read({ source: { connection_specification: good }, model: { query: "{}" }, offset: 0 });
  const { tracking } = await connector.replay({ ...good, ledger: "ledger.jsonl" });

  // A key that is misspelt, wherever the settings stand.
  // @ts-expect-error
  await connector.checkConnection({ ...good, max_concurency: 5 });
  // @ts-expect-error
  await connector.discover({ ...good, requestFormat: "{}" });
  // @ts-expect-error
  await connector.preview({ ...good, accessKey: "AKIA" }, rows);
  // @ts-expect-error
  await connector.replay({ ...good, leger: "ledger.jsonl" });
  // @ts-expect-error
  await connector.write({ destination: { connection_specification: { ...good, max_row: 5 } } }, rows);
  // @ts-expect-error
  await connector.enrich({ destination: { connection_specification: { ...good, x: 1 } } }, rows).next();
  // @ts-expect-error
  await connector.read({ source: { connection_specification: { ...good, x: 1 } }, model: { query: "" } });

  // A value that the setting cannot have, or a setting that has to be there.
  // @ts-expect-error
  await connector.checkConnection({ ...good, service_tier: "cheap" });
  // @ts-expect-error
  await connector.checkConnection({ ...good, reuse_answers: 1 });
  // @ts-expect-error
  await connector.checkConnection({ ...good, region: 1 });
  // @ts-expect-error
  await connector.checkConnection({ region: "us-east-1", request_format });

  // A sync config that is not one, or of the other side.
  // @ts-expect-error
  await connector.write({ destination: good }, rows);
  // @ts-expect-error
  await connector.write({ source: { connection_specification: good } }, rows);
  // @ts-expect-error
  await connector.write({ destination: { connection_specification: good }, sync_mod: "incremental" }, rows);
  // @ts-expect-error
  await connector.read({ source: { connection_specification: good } });

  // A host that has read the protocol's own struct, or anything, goes by the hooks.
  // @ts-expect-error
  await connector.write(hosts, rows);
  // @ts-expect-error
  await connector.checkConnection(given);
  await hooks.write(hosts, rows);
  await hooks.write(given, rows);
  await hooks.checkConnection(given);

  return tracking.meta.summary;
};
