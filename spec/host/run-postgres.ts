import type { Pipeline } from "../../src/host/index.js";
import { useBedrock } from "../support/bedrock.js";
import type { Database } from "../support/postgres.js";
import { hostFolder } from "./run-host.js";

/**
 * A PostgreSQL database and a local Bedrock while the suite runs; where PostgreSQL cannot run, the suite is skipped.
 */
export const withPostgres = <Given extends Database>(open: () => Promise<Given | string>) => {
  const folder = hostFolder();
  const bedrock = useBedrock({ latencyMs: 10 });
  const servers = { bedrock } as { postgres: Given; bedrock: typeof bedrock };
  before(async function () {
    const started = await open();
    if (typeof started === "string") return this.skip();
    servers.postgres = started;
  });
  after(() => servers.postgres?.stop());

  /** Makes a table of mails with columns for what comes back. */
  const fill = (table: string, count: number): Promise<unknown> =>
    servers.postgres.query(`
      CREATE TABLE ${table} (id bigint PRIMARY KEY, body text, opened date, tags jsonb,
        summary text, outcome jsonb, tokens int);
      INSERT INTO ${table} SELECT i, 'Mail ' || i || ' of ${table}: it''s late.', '2026-02-03', '["a"]'
        FROM generate_series(1, ${count}) AS i`);

  const sourceOf = (table: string): Pipeline["source"] => ({
    ...{ type: "postgres", connection_string: servers.postgres.connectionString, table, primary_key: "id" },
  });

  const writeBack = (table: string) => ({
    table,
    columns: { summary: "completion", outcome: "_bedrock", tokens: "_bedrock.output_tokens" },
  });

  /** A pipeline from such a table and back. */
  const pipelineOf = (table: string, connection: object, changes: Partial<Pipeline> = {}): Pipeline => ({
    name: table,
    source: sourceOf(table),
    destination: { connector: "AwsBedrockModel", connection: { ...connection } },
    mapping: [{ from: "{{ body }} ({{ opened }})", to: "text", mapping_type: "template" }],
    write_back: writeBack(table),
    ...changes,
  });

  return { folder, servers, fill, sourceOf, writeBack, pipelineOf };
};
