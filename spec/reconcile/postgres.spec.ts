import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger } from "../../src/index.js";
import { withPostgres } from "../host/run-postgres.js";
import { turnLogsOn } from "../support/logging.js";
import { openDatabase } from "../support/postgres.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const rows = Array.from({ length: 10 }, (_, id) => ({ id, text: `Parcel ${id} came late.` }));

describe("reconcile, with a ledger in PostgreSQL", () => {
  const { folder, servers } = withPostgres(openDatabase);
  const connector = new AwsBedrockModel();
  const url = () => servers.postgres.connectionString.replace(/^postgresql:/, "postgres:");
  afterEach(() => closeLedger(url()));

  const config = () => localConfig(servers.bedrock.url, { ledger: url(), request_timeout_seconds: 5 });
  const write = async () => {
    const { tracking } = await connector.write(syncConfig(config()), rows);
    return tracking.meta.summary;
  };
  const states = () =>
    servers.postgres.query("SELECT state, count(*)::int AS rows FROM bedrock_ledger GROUP BY 1 ORDER BY 1");

  it("settles what was answered, lets go what was refused, and leaves alone what is under way", async () => {
    await turnLogsOn(servers.bedrock);
    servers.bedrock.setFaults([{ kind: "reset_after", at: [2, 4, 6, 8] }]);
    expect(await write()).to.include({ enriched: 6, held: 4 });
    servers.bedrock.setFaults([]);
    const keys = await servers.postgres.query(
      "SELECT key, key || '/' || claim AS call FROM bedrock_ledger WHERE state = 'unknown' ORDER BY key",
    );
    const [, open, crashed] = keys.map(({ key }) => key as string);
    // One is a worker's at this moment, one was a worker's that died an hour ago.
    const intent = "UPDATE bedrock_ledger SET state = 'intent', code = NULL, lease_until = now()";
    await servers.postgres.query(`${intent} + interval '1 hour', at = now() WHERE key = $1`, [open]);
    await servers.postgres.query(
      `${intent} - interval '50 minutes', at = now() - interval '1 hour' WHERE key = $1`,
      [crashed],
    );
    const record = (call: unknown, errorCode: string) =>
      JSON.stringify({
        ...{ schemaType: "ModelInvocationLog", operation: "InvokeModel", modelId: "m", errorCode },
        requestMetadata: { bedrock_model_call: call },
      });
    const logs = join(folder, "calls.json");
    const calls = keys.filter(({ key }) => key !== open).map(({ call }) => call);
    await writeFile(
      logs,
      calls
        .slice(0, 2)
        .map((call) => record(call, "AccessDeniedException"))
        .join(""),
    );
    expect(await connector.reconcile(config(), { logs })).to.deep.include({
      ...{ looked_for: 3, recovered: 0, refused: 2 },
      still_unknown: { not_yet: 1, under_way: 1 },
    });
    expect(await states()).to.deep.equal([
      ...[
        { state: "intent", rows: 1 },
        { state: "received", rows: 6 },
      ],
      ...[
        { state: "refused", rows: 2 },
        { state: "unknown", rows: 1 },
      ],
    ]);
    expect(await connector.reconcile(config())).to.deep.include({ looked_for: 1, recovered: 1 });
    await servers.postgres.query("UPDATE bedrock_ledger SET lease_until = now() WHERE state = 'intent'");
    await servers.postgres.query(
      "UPDATE bedrock_ledger SET at = now() - interval '1 hour' WHERE state = 'intent'",
    );
    expect(
      await connector.reconcile(config(), {
        logs: "s3://logs/bedrock/AWSLogs/123456789012/BedrockModelInvocationLogs/",
      }),
    ).to.deep.include({ looked_for: 1, recovered: 1, still_unknown: {} });
    expect(await write()).to.include({ enriched: 10, calls: 2 });
  });
});
