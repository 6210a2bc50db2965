import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { loadPage, type SyncRecord } from "../support/host-loader.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

describe("a host's loader", () => {
  const bedrock = useBedrock({ latencyMs: 2 });
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bedrock-host-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const recordsOf = (count: number): SyncRecord[] =>
    Array.from({ length: count }, (_, id) => ({
      id,
      record: { id, text: `ticket ${id}` },
      status: "pending",
      logs: null,
    }));

  it("whose activity is restarted while the first still runs pays for no row twice, and leaves none pending", async () => {
    const ledger = join(folder, "restarted.jsonl");
    const config = syncConfig(localConfig(bedrock.url, { ledger }));
    const before = bedrock.stats().billed;
    const records = recordsOf(300);
    const attempt = () => {
      const connector = new AwsBedrockModel();
      return loadPage(records, (record) => connector.write(config, [record], "destination_insert"));
    };
    const first = attempt();
    // The host's second attempt reads the rows that are still pending, while the first goes on.
    await new Promise(setImmediate);
    await Promise.all([first, attempt()]);
    await closeLedger(ledger);
    expect(records.filter(({ status }) => status !== "success")).to.deep.equal([]);
    expect(bedrock.stats().billed - before).to.equal(300);
  });

  it("in a new process after a crash finds what was paid for in the ledger", async () => {
    const ledger = join(folder, "crashed.jsonl");
    const config = syncConfig(localConfig(bedrock.url, { ledger }));
    const before = bedrock.stats().billed;
    const connector = new AwsBedrockModel();
    await loadPage(recordsOf(40), (record) => connector.write(config, [record], "destination_insert"));
    // The host lost the statuses with its process; the ledger is opened anew.
    await closeLedger(ledger);
    const again = recordsOf(60);
    await loadPage(again, (record) => connector.write(config, [record], "destination_insert"));
    await closeLedger(ledger);
    expect(again.every(({ status }) => status === "success")).to.equal(true);
    expect(bedrock.stats().billed - before).to.equal(60);
  });

  it("gets a status and JSON logs for every row, also for those that its mapping broke", async () => {
    const connector = new AwsBedrockModel();
    const config = syncConfig(localConfig(bedrock.url));
    const records = [
      ...recordsOf(5),
      ...[true, null, {}, "text"].map(
        (record, id) => ({ id, record, status: "pending", logs: null }) as SyncRecord,
      ),
    ];
    await loadPage(records, (record) => connector.write(config, [record], "destination_insert"));
    expect(records.map(({ status }) => status)).to.deep.equal([
      ...Array(5).fill("success"),
      ...Array(4).fill("failed"),
    ]);
    for (const { logs } of records) expect(logs).to.have.all.keys("request", "response", "level");
  });

  it("stops paying for a mistake after three calls, though it goes on with every row", async () => {
    const connector = new AwsBedrockModel();
    const config = syncConfig(localConfig(bedrock.url, { secret_access_key: "wrong" }));
    const before = bedrock.stats().requests;
    const records = recordsOf(200);
    await loadPage(records, (record) => connector.write(config, [record], "destination_insert"));
    expect(records.every(({ status }) => status === "failed")).to.equal(true);
    expect(bedrock.stats().requests - before).to.equal(3);
  });
});
