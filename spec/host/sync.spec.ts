import { expect } from "chai";
import { type Answer, enriched, fakeConnector } from "../support/fake-connector.js";
import { hostRuns, pipelineOf, sampleRows, withHost } from "./run-host.js";

describe("a sync of the host", () => {
  const [one, two, bad] = sampleRows;
  const { folder, freshState, runs } = hostRuns();

  it("calls write with one record at a time and keeps each row's status, log and enriched record", async () => {
    const { calls, records } = await runs([[one, bad]]);
    expect(calls).to.have.deep.members([[one], [bad]]);
    expect(records).to.deep.equal([
      {
        primary_key: "1",
        record: one,
        status: "success",
        logs: { request: "r", response: "ok", level: "info" },
        enriched: { ...one, answer: "of 1" },
      },
      {
        primary_key: "3",
        record: bad,
        status: "failed",
        logs: { request: "r", response: "it is bad", level: "error" },
        enriched: { ...bad, answer: "of 3" },
      },
    ]);
  });

  it("sends what is new, changed or failed, in another process too, and nothing else", async () => {
    const changed = { ...two, text: "changed" };
    const { reports, calls } = await runs([
      [one, two, bad],
      [one, changed, bad, { id: 4 }],
    ]);
    expect(calls.slice(3)).to.have.deep.members([[changed], [bad], [{ id: 4 }]]);
    expect(reports[1]).to.include({
      extracted: 4,
      unchanged: 1,
      queued: 3,
      success: 2,
      failed: 1,
      pending: 0,
    });
    expect(reports[1]?.reasons).to.deep.equal({
      failed: { count: 1, message: "the connector's summary does not say why" },
    });
  });

  it("sends every row in a full refresh", async () => {
    const { calls } = await runs([[one], [one]], { sync_mode: "full_refresh" });
    expect(calls).to.have.length(2);
  });

  it("does not send rows that are no object or lack the primary key, and counts them", async () => {
    const { reports, calls } = await runs([[one, 5, null, { text: "no id" }, { id: null }, { id: "" }]]);
    expect(calls).to.deep.equal([[one]]);
    expect(reports[0]).to.include({ extracted: 6, unusable: 5, queued: 1 });
  });

  it("sends the last of the rows that share a primary key, and counts the others", async () => {
    const last = { id: 1, text: "last" };
    const { reports, calls } = await runs([[one, { id: 1, text: "between" }, last]]);
    expect(calls).to.deep.equal([[last]]);
    expect(reports[0]).to.include({ extracted: 3, queued: 1, repeated: 2, success: 1 });
  });

  it("keeps the threads that the catalog asks for busy, and no more", async () => {
    let [open, most] = [0, 0];
    const slow: Answer = async (records) => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open--;
      return enriched(records);
    };
    const rows = Array.from({ length: 70 }, (_, id) => ({ id }));
    await runs([rows], {}, slow);
    expect(most).to.equal(50);
    most = 0;
    const { calls } = await runs([rows], { load: { threads: 3, page_size: 10 } }, slow);
    expect(most).to.equal(3);
    expect(calls).to.have.length(70);
  });

  it("in batches gives each row its own status", async () => {
    const { calls, records } = await runs([[one, two, bad]], { load: { mode: "batch", batch_size: 3 } });
    expect(calls).to.deep.equal([[one, two, bad]]);
    expect(records.map(({ status }) => status)).to.deep.equal(["success", "success", "failed"]);
  });

  it("leaves rows pending whose answer breaks the contract, says so, and sends them again", async () => {
    const broken: Record<string, unknown> = {
      "the connector answered with log, not tracking": { type: "log" },
      "the connector counted 0 of 1 records": { type: "tracking", tracking: {} },
      "the connector's log is not JSON": {
        type: "tracking",
        tracking: { success: 1, failed: 0, logs: [{ level: "info", message: "sent" }] },
      },
    };
    for (const [reason, message] of Object.entries(broken)) {
      const { reports, calls } = await runs([[one], [one]], {}, () => message);
      expect(reports[0]).to.include({ success: 0, failed: 0, pending: 1 });
      expect(reports[0]?.reasons).to.deep.equal({ left_pending: { count: 1, message: reason } });
      expect(calls).to.have.length(2);
    }
  });

  it("survives a connector that throws", async () => {
    const { reports } = await runs([[one, two]], {}, ([record]) => {
      if (record?.id === 1) throw new TypeError("private");
      return enriched([record ?? {}]);
    });
    expect(reports[0]).to.include({ success: 1, pending: 1, status: "success" });
    expect(reports[0]?.reasons).to.deep.equal({
      left_pending: { count: 1, message: "the connector threw TypeError" },
    });
  });

  it("ends on a signal and leaves the rest to the next run", async () => {
    const { connector, calls } = fakeConnector();
    const rows = Array.from({ length: 50 }, (_, id) => ({ id }));
    const pipeline = pipelineOf(folder, rows, { load: { threads: 1 } });
    const stop = new AbortController();
    await withHost(freshState(), connector, async (host) => {
      const onProgress = (done: number): void => {
        if (done === 5) stop.abort();
      };
      const first = await host.sync(pipeline, { signal: stop.signal, onProgress });
      expect(first).to.include({ status: "canceled", success: 5, pending: 45 });
      expect(await host.sync(pipeline)).to.include({ status: "success", unchanged: 5, success: 45 });
    });
    expect(calls).to.have.length(50);
  });

  it("refuses what is no pipeline, and names every field", async () => {
    const pipeline = { name: "x", source: { type: "ndjson", primary_key: "id" }, sink: 1 } as never;
    const error = await withHost(freshState(), fakeConnector().connector, (host) =>
      host.sync(pipeline),
    ).catch(String);
    expect(error).to.equal(
      "Error: not a pipeline: it must have required property 'destination'; it has no field \"sink\"; " +
        "source must have required property 'path'",
    );
  });
});
