import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { AwsBedrockModel, closeLedger, type Summary, type TrackedMessage } from "../../../src/index.js";
import { headOf } from "../../../src/run/ledger/head.js";
import { useBedrock } from "../../support/bedrock.js";
import { rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";
import { readLedgerFile } from "./ledger-file.js";
import { scratch } from "./scratch.js";

describe("a restart from any prefix of a ledger", () => {
  const folder = scratch();
  const rows = Array.from({ length: 12 }, (_, id) => ({ id, text: `Mail number ${id}, über Öl.` }));
  const connector = new AwsBedrockModel();
  const bedrock = useBedrock({
    faults: [
      { kind: "reset_after", includes: "number 3," },
      { kind: "error", status: 400, type: "ValidationException", message: "No.", includes: "number 5," },
      {
        kind: "error",
        status: 500,
        type: "InternalServerException",
        message: "Oh.",
        includes: "number 8,",
      },
    ],
  });
  let whole: Buffer;
  let answers: unknown[];
  let copies = 0;

  const write = async (file: string, changes: Record<string, unknown> = {}): Promise<TrackedMessage> => {
    const config = syncConfig(localConfig(bedrock.url, { ledger: file, max_concurrency: 4, ...changes }));
    const message = await connector.write(config, rows);
    await closeLedger(file);
    return message;
  };

  before(async () => {
    const file = join(folder, "whole");
    await write(file);
    whole = readFileSync(file);
    bedrock.setFaults([]);
    answers = rowsOf(await write(join(folder, "answers"))).map(({ completion }) => completion);
  });

  type OnUnknown = "hold" | "retry" | "fail";
  const wanted = (state: string | undefined, onUnknown: OnUnknown): string => {
    if (state === "received") return "enriched 0 -";
    if (state === undefined || state === "refused" || onUnknown === "retry") return "enriched 1 -";
    return `${onUnknown === "hold" ? "held" : "failed"} 0 outcome_unknown`;
  };

  /** What a crash leaves that comes when so many bytes are on the disk: no more lines are marked than there are. */
  const crashedAt = (length: number): Buffer => {
    const lines = whole.subarray(0, length).toString("latin1").split("\n").length - 4;
    const head = Buffer.from(headOf(Math.max(0, lines)));
    return Buffer.concat([
      head.subarray(0, length),
      whole.subarray(head.length, Math.max(length, head.length)),
    ]);
  };

  const check = async (length: number, on_unknown: OnUnknown): Promise<void> => {
    const file = join(folder, `copy-${copies++}`);
    const prefix = crashedAt(length);
    writeFileSync(file, prefix);
    const { states } = readLedgerFile(prefix);
    const expected = rows.map(({ text }) => wanted(states.get(text), on_unknown));
    const before = bedrock.stats();

    const message = await write(file, { on_unknown });
    const out = rowsOf(message);
    const seen = out.map(({ _bedrock: { status, attempts, error } }) => [
      status,
      attempts,
      error?.code ?? "-",
    ]);
    expect(seen.map((parts) => parts.join(" "))).to.deep.equal(expected);
    expect(out.map(({ id }) => id)).to.deep.equal(rows.map(({ id }) => id));
    expect(out.map(({ completion }) => completion)).to.deep.equal(
      expected.map((what, row) => (what.startsWith("enriched") ? answers[row] : null)),
    );
    const calls = expected.filter((what) => what === "enriched 1 -").length;
    expect(bedrock.stats().requests - before.requests).to.equal(calls);
    expect(bedrock.stats().billed - before.billed).to.equal(calls);
    const summary = message.tracking.meta?.summary as Summary;
    expect(summary.enriched + summary.failed + summary.held + summary.not_sent).to.equal(rows.length);
    expect(summary).to.include({ received: rows.length, not_sent: 0, calls });

    // Everything that could be done has been: to write the rows once more costs nothing.
    await write(file, { on_unknown });
    expect(bedrock.stats().billed - before.billed).to.equal(calls);
  };

  it("has every state to restart from", () => {
    expect([...readLedgerFile(whole).states.values()].sort()).to.deep.equal([
      ...Array(9).fill("received"),
      "refused",
      "unknown",
      "unknown",
    ]);
  });

  for (const onUnknown of ["hold", "retry", "fail"] as const)
    it(`sends exactly what the prefix does not settle, cut at every line: on_unknown ${onUnknown}`, async () => {
      for (let end = 0; end < whole.length; ) {
        end = whole.indexOf("\n", end) + 1;
        await check(end, onUnknown);
      }
    });

  it("sends exactly what the prefix does not settle, cut anywhere", async () => {
    const cuts = fc.integer({ min: 0, max: whole.length });
    const modes = fc.constantFrom("hold", "retry", "fail");
    await fc.assert(fc.asyncProperty(cuts, modes, check), { numRuns: 30 });
  });
});
