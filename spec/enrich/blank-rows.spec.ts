import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const blanks: readonly unknown[] = ["   ", "", "\n\t", "\u00A0", "\u200B\uFEFF", null, []];

describe("rows with nothing to work on", () => {
  const bedrock = useBedrock();
  const rows = [
    ...blanks.map((text, id) => ({ id, text })),
    ...Array.from({ length: 10 }, (_, n) => ({ id: 100 + n, text: `Letter ${n}` })),
  ];
  const settings = (changes: Record<string, unknown> = {}) => localConfig(bedrock.url, changes);
  const write = (changes: Record<string, unknown> = {}, given: readonly unknown[] = rows) =>
    new AwsBedrockModel().write(syncConfig(settings(changes), { sync_run_id: crypto.randomUUID() }), given);

  it("are not sent, cost nothing, end nothing, and are a success for the host", async () => {
    const before = bedrock.stats().requests;
    const { tracking } = await write();
    expect(bedrock.stats().requests - before).to.equal(10);
    expect(tracking).to.include({ success: 17, failed: 0 });
    expect(tracking.meta.summary).to.include({
      ...{ received: 17, enriched: 10, skipped: 7, failed: 0, held: 0, not_sent: 0 },
      ...{ calls: 10, reused: 0, unknown_cost_rows: 0 },
    });
    expect(tracking.meta.summary.errors).to.deep.equal({});
    for (const row of rowsOf({ tracking }).slice(0, 7)) {
      expect(row).to.include({ completion: null });
      expect(row._bedrock).to.deep.include({
        status: "skipped",
        billed: "no",
        attempts: 0,
        cost_usd: 0,
        error: null,
      });
    }
    const [log] = tracking.logs ?? [];
    expect(JSON.parse(log?.message ?? "{}")).to.include({ level: "info" });
    expect(log?.message).to.contain("skipped, every placeholder of request_format came out blank");
  });

  it("are all that there is", async () => {
    const { tracking } = await write({}, rows.slice(0, 7));
    expect(tracking).to.include({ success: 7, failed: 0 });
  });

  it("count for no ceiling and no tolerance", async () => {
    const { tracking } = await write({
      max_rows: 10,
      tolerated_failure_count: 0,
      tolerated_failure_percent: 1,
    });
    expect(tracking.meta.summary).to.include({ enriched: 10, skipped: 7 });
  });

  it("are sent where on_blank says so", async () => {
    const before = bedrock.stats().requests;
    const { tracking } = await write({ on_blank: "send", reuse_answers: false });
    expect(bedrock.stats().requests - before).to.equal(17);
    expect(tracking.meta.summary).to.include({ skipped: 0 });
  });

  it("fail, unsent, where on_blank says so, and end nothing", async () => {
    const before = bedrock.stats().requests;
    const { tracking } = await write({ on_blank: "fail", reuse_answers: false });
    expect(bedrock.stats().requests - before).to.equal(10);
    expect(tracking).to.include({ success: 10, failed: 7 });
    expect(tracking.meta.summary.errors.blank_row).to.include({ count: 7 });
  });

  it("still fail where a column is missing", async () => {
    const { tracking } = await write({}, [{ id: 1 }]);
    expect(tracking.meta.summary).to.include({ failed: 1, skipped: 0 });
  });

  it("come out of a stream in their places", async () => {
    const statuses: unknown[] = [];
    for await (const message of new AwsBedrockModel().enrich(syncConfig(settings()), rows))
      if (message.type === "record")
        statuses.push((message.record.data._bedrock as { status: string }).status);
      else {
        expect(message.tracking).to.include({ success: 17, failed: 0 });
        expect(message.tracking.logs?.[0]?.message).to.contain("10 enriched, 7 skipped");
      }
    expect(statuses).to.deep.equal([...Array(7).fill("skipped"), ...Array(10).fill("enriched")]);
  });

  it("are counted by preview, and shown as what would not be sent", async () => {
    const preview = await new AwsBedrockModel().preview(settings(), rows);
    if ("type" in preview) throw new Error(preview.log.message);
    expect(preview.rows).to.include({ received: 17, to_send: 10, skipped: 7, failed: 0 });
    expect(preview.samples[0]).to.include({ row: 1, body: null, error: null });
  });

  it("are in the catalog's statuses", async () => {
    const { catalog } = await new AwsBedrockModel().discover(settings());
    expect(JSON.stringify(catalog)).to.contain('"enriched","skipped","failed"');
  });
});
