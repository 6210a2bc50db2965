import { readFile } from "node:fs/promises";
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect } from "chai";
import { closeLedger, type Progress } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { blockOf } from "../support/pages.js";
import { openDatabase } from "../support/postgres.js";
import { localConfig, syncConfig } from "../support/sync-config.js";
import { createEnrichTable, writePage } from "../support/temporal/activities.js";

const example = new URL("../support/temporal/activities.ts", import.meta.url);

describe("hooks in a Temporal activity", () => {
  const emulator = useBedrock({ latencyMs: 25 });

  const rows = (what: string) => Array.from({ length: 6 }, (_, id) => ({ id, text: `${what} ${id}` }));
  const config = (changes = {}) => syncConfig(localConfig(emulator.url, { max_concurrency: 1, ...changes }));
  const activity = (info = {}) => {
    const environment = new MockActivityEnvironment(info);
    const beats: Partial<Progress>[] = [];
    environment.on("heartbeat", (counts) => beats.push(counts));
    return { environment, beats };
  };
  /** The environment's own types lose the result. */
  const run = <Args extends unknown[], Result>(
    environment: MockActivityEnvironment,
    of: (...args: Args) => Promise<Result>,
    ...args: Args
  ) => environment.run(of, ...args) as Promise<Result>;
  const table = async function* () {
    yield* rows("of a table");
  };

  it("write: heartbeats carry the counts, the result the enriched rows", async () => {
    const { environment, beats } = activity();
    const enriched = await run(environment, writePage, config(), rows("paged"));
    expect(enriched?.map(({ id, _bedrock }) => [id, (_bedrock as { status: string }).status])).to.deep.equal(
      rows("paged").map(({ id }) => [id, "enriched"]),
    );
    expect(beats.at(-1)).to.include({ received: 6, enriched: 6 });
    expect(beats[0]).to.include({ enriched: 0 });
  });

  it("write: heartbeats go on while no row ends", async () => {
    const { environment, beats } = activity({ heartbeatTimeoutMs: 15 });
    await run(environment, writePage, config(), [{ text: "alone" }]);
    // One when the row is taken and one when it has ended; the others are the timer's.
    expect(beats.length).to.be.greaterThan(2);
  });

  it("write: a cancelled activity pays for its open calls only, and names the rest", async () => {
    const { environment, beats } = activity();
    const { billed } = emulator.stats();
    environment.on("heartbeat", ({ enriched }) => enriched === 2 && environment.cancel());
    const written = await run(environment, writePage, config(), rows("cancelled"));
    const states = written?.map(({ _bedrock }) => (_bedrock as { status: string }).status);
    expect(states).to.have.lengthOf(6).and.to.include("not_sent");
    expect(emulator.stats().billed - billed).to.equal(states?.filter((s) => s === "enriched").length);
    expect(beats.at(-1)).to.include({ inFlight: 0 });
  });

  it("enrich: rows are saved as they come, and a cancelled activity saves every row that was paid for", async () => {
    const saved: object[] = [];
    const whole = createEnrichTable(table, async (row) => void saved.push(row));
    expect(await run(activity().environment, whole, config(), "tickets")).to.include({ enriched: 6 });
    expect(saved.map((row) => "id" in row && row.id)).to.deep.equal([0, 1, 2, 3, 4, 5]);

    const { environment } = activity();
    const { billed } = emulator.stats();
    environment.on("heartbeat", ({ enriched }) => enriched === 1 && environment.cancel());
    const again = await run(environment, whole, config({ output_field: "gist" }), "tickets");
    expect(again?.received).to.equal(6);
    expect(again?.not_sent).to.be.greaterThan(0);
    expect(again?.enriched).to.equal(emulator.stats().billed - billed);
    expect(saved).to.have.lengthOf(12);
  });

  it("write: a second attempt on another worker pays for nothing again, with one ledger in PostgreSQL", async function () {
    const postgres = await openDatabase();
    if (typeof postgres === "string") return this.skip();
    try {
      // Each address has connections and a ledger of its own in this process, as each worker has.
      const [one, another] = ["one", "another"].map(
        (name) => `${postgres.connectionString.replace("postgresql:", "postgres:")}&application_name=${name}`,
      );
      const { billed } = emulator.stats();
      const { environment } = activity();
      environment.on("heartbeat", ({ enriched }) => enriched === 2 && environment.cancel());
      const first = await run(environment, writePage, config({ ledger: one }), rows("attempted"));
      const paid = first?.filter(
        ({ _bedrock }) => (_bedrock as { status: string }).status === "enriched",
      ).length;
      expect(paid).to.be.within(2, 5);
      const { environment: elsewhere, beats } = activity();
      const second = await run(elsewhere, writePage, config({ ledger: another }), rows("attempted"));
      expect(second?.map(({ id }) => id)).to.deep.equal(rows("attempted").map(({ id }) => id));
      expect(beats.at(-1)).to.include({ enriched: 6 });
      expect(emulator.stats().billed - billed).to.equal(6);
      await Promise.all([one, another].map((ledger) => closeLedger(`${ledger}`)));
    } finally {
      await postgres.stop();
    }
  });

  it("is the code that the README of the hooks shows", async () => {
    const code = (await readFile(example, "utf8")).replace(
      "../../../src/index.js",
      "multiwoven-aws-bedrock-model",
    );
    expect(blockOf("src/hooks/README.md", "In a Temporal activity", "ts")).to.equal(code);
  });
});
