import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { useFreshBedrock } from "../../support/bedrock.js";
import { localConfig } from "../../support/sync-config.js";
import { type Moment, runAndKill } from "./killing.js";
import { readLedgerFile } from "./ledger-file.js";
import { scratch } from "./scratch.js";

describe("a process that is killed and started again", () => {
  const folder = scratch();
  const concurrency = 8;
  const rows = Array.from({ length: 40 }, (_, id) => ({ id, text: `Mail number ${id}.` }));
  const bedrock = useFreshBedrock({ latencyMs: 15 });

  const sent =
    (count: number): Moment =>
    ({ requests }) =>
      requests >= count;
  const written =
    (state: string, count: number): Moment =>
    ({ ledger }) =>
      (readLedgerFile(ledger).lines[state] ?? 0) >= count;
  /** Any moment at all, in the middle of a line too. */
  const grown = (): Moment => {
    let goal = 0;
    return ({ ledger }) => {
      goal ||= ledger.length + 1 + Math.floor(Math.random() * 5_000);
      return ledger.length >= goal;
    };
  };
  const setting = (name: string, changes: Record<string, unknown>) => {
    const file = join(folder, name);
    const config = localConfig(bedrock.url, { ledger: file, max_concurrency: concurrency, ...changes });
    return { bedrock, config, rows, file };
  };

  it("pays for no row twice, and names each row whose outcome nobody knows", async () => {
    const moments: Moment[] = [({ ledger }) => ledger.length > 0, written("received", 14), grown()];
    const job = setting("hold", {});
    const { endings, left } = await runAndKill(job, moments);
    const { billed, distinct_billed } = bedrock.stats();
    const held = endings.filter(({ status }) => status === "held");

    expect(left).to.have.length(moments.length);
    expect(billed - distinct_billed, "paid for again").to.equal(0);
    expect(endings.map(({ id }) => id)).to.deep.equal(rows.map(({ id }) => id));
    for (const { status, code } of endings)
      expect(`${status} ${code}`).to.be.oneOf(["enriched null", "held outcome_unknown"]);
    // Exactly the rows that the kills left open, and no kill more than were under way.
    expect(held).to.have.length(left.reduce((sum, count) => sum + count, 0));
    expect(held).to.have.length(readLedgerFile(readFileSync(job.file)).open);
    for (const count of left) expect(count).to.be.at.most(concurrency);
    expect(distinct_billed).to.be.within(rows.length - held.length, rows.length);
  });

  it("with on_unknown: retry enriches every row and repeats at most what was under way at the kills", async () => {
    const { endings, left } = await runAndKill(setting("retry", { on_unknown: "retry" }), [sent(6)]);
    const { billed, distinct_billed } = bedrock.stats();

    expect(endings.map(({ id, status }) => `${id} ${status}`)).to.deep.equal(
      rows.map(({ id }) => `${id} enriched`),
    );
    expect(distinct_billed).to.equal(rows.length);
    expect(left).to.have.length(1);
    expect(billed - distinct_billed).to.be.at.most(concurrency);
  });
});
