import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, type TrackedMessage } from "../../../src/index.js";
import { useFreshBedrock } from "../../support/bedrock.js";
import { rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";
import { scratch } from "./scratch.js";

describe("callers that share a ledger", () => {
  const folder = scratch();
  const rows = Array.from({ length: 20 }, (_, id) => ({ id, text: `Mail number ${id}.` }));
  const bedrock = useFreshBedrock({ latencyMs: 2 });
  let file: string;
  let files = 0;
  beforeEach(() => {
    file = join(folder, `ledger-${files++}`);
  });
  afterEach(async () => {
    await closeLedger(file);
  });

  const settings = (changes: Record<string, unknown> = {}) =>
    syncConfig(localConfig(bedrock.url, { ledger: file, max_concurrency: 4, ...changes }));
  const statuses = (message: TrackedMessage) => rowsOf(message).map(({ _bedrock }) => _bedrock.status);
  const enriched = rows.map(() => "enriched");
  const paidOnce = () =>
    expect(bedrock.stats()).to.include({ billed: 20, distinct_billed: 20, requests: 20 });

  it("make one call of the same record that is written twice at the same time", async () => {
    const write = () => new AwsBedrockModel().write(settings(), [{ text: "The same." }]);
    const messages = await Promise.all([write(), write()]);
    expect(messages.map(statuses)).to.deep.equal([["enriched"], ["enriched"]]);
    expect(bedrock.stats().requests).to.equal(1);
    expect(messages.map((message) => rowsOf(message)[0]?._bedrock.attempts).sort()).to.deep.equal([0, 1]);
  });

  it("make one call a row from two sessions of different settings", async () => {
    const messages = await Promise.all([
      new AwsBedrockModel().write(settings(), rows),
      new AwsBedrockModel().write(settings({ log_payloads: true }), rows),
    ]);
    for (const message of messages) expect(statuses(message)).to.deep.equal(enriched);
    paidOnce();
  });

  it("pay once for what an activity writes again while the first is still at it, ten threads each", async () => {
    const connector = new AwsBedrockModel();
    const activity = () => Promise.all(rows.map((row) => connector.write(settings(), [row])));
    const [first, second] = await Promise.all([activity(), activity()]);
    expect([...first, ...second].flatMap(statuses)).to.deep.equal([...enriched, ...enriched]);
    paidOnce();
  });

  it("go on with a row that another's end left unsent", async () => {
    const stop = new AbortController();
    const connector = new AwsBedrockModel();
    const one = { max_concurrency: 1 };
    const ended = connector.write(settings(one), rows, "insert", {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    const other = connector.write(settings({ ...one, log_payloads: true }), rows);
    expect(statuses(await ended)).to.include("not_sent");
    expect(statuses(await other)).to.deep.equal(enriched);
    paidOnce();
  });
});
