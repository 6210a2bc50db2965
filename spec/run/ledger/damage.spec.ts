import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, inspectLedger, repairLedger } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { type Row, rowsOf } from "../../support/rows.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";
import { scratch } from "./scratch.js";

describe("a ledger that is damaged or in the wrong place", () => {
  const folder = scratch();
  const rows = ["one", "two", "three"].map((text) => ({ text }));
  const connector = new AwsBedrockModel();
  const bedrock = useBedrock();
  let lines: string[];
  let files = 0;

  const settings = (file: string, changes: Record<string, unknown> = {}) =>
    syncConfig(localConfig(bedrock.url, { ledger: file, ...changes }));
  const write = async (file: string): Promise<Row[]> => rowsOf(await connector.write(settings(file), rows));
  const fileOf = (text: string): string => {
    const file = join(folder, `ledger-${files++}`);
    writeFileSync(file, text);
    return file;
  };
  const codes = (out: Row[]) =>
    out.map(({ _bedrock: { status, error } }) => `${status} ${error?.code ?? "-"}`);

  /** Nothing is sent, nothing is written, and the message says why. */
  const refused = async (file: string, words: string): Promise<void> => {
    const before = bedrock.stats().requests;
    const text = existsSync(file) && !words.includes("folder") ? readFileSync(file, "latin1") : null;
    const out = await write(file);
    expect(codes(out)).to.deep.equal(rows.map(() => "not_sent ledger_unusable"));
    expect(out[0]?._bedrock.error?.message).to.contain(words).and.contain(file);
    const { connection_status } = await connector.checkConnection(
      settings(file).destination.connection_specification,
    );
    expect(connection_status).to.have.property("status", "failed");
    expect(connection_status.message).to.contain(words);
    expect(bedrock.stats().requests).to.equal(before);
    if (text !== null) expect(readFileSync(file, "latin1")).to.equal(text);
    expect(existsSync(`${file}.lock`)).to.equal(false);
  };

  before(async () => {
    const file = join(folder, "good");
    await write(file);
    await closeLedger(file);
    lines = readFileSync(file, "utf8").trimEnd().split("\n");
  });
  const keyOf = (row: number): string => {
    const line = lines.find((each) => each.includes('"intent"') && each.includes(`${rows[row]?.text}\\"`));
    return /"key":"(\w+)"/.exec(line ?? "")?.[1] ?? "none";
  };

  const damaged = (change: (line: string) => string | null, at = 4) =>
    fileOf(`${lines.flatMap((line, index) => (index === at ? (change(line) ?? []) : line)).join("\n")}\n`);

  for (const [how, change] of Object.entries({
    "is empty": () => "",
    "begins with NULs": (line: string) => `\0\0\0\0${line.slice(4)}`,
    "is cut off": (line: string) => line.slice(0, -20),
    "has another letter in its key": (line: string) => line.replace(/"key":"../, '"key":"zz'),
    "has another number in its body": (line: string) => line.replace(/"at":\d/, '"at":9'),
    "is not there": () => null,
  }))
    it(`refuses one of whose lines one ${how}, and says how many and where`, () =>
      refused(
        damaged(change),
        how === "is not there"
          ? "1 of its lines are damaged or missing (before line 5)"
          : "1 of its lines are damaged or missing (line 5)",
      ));

  it("refuses one that has lost a line break, behind which a row would be forgotten", () =>
    refused(
      fileOf(`${lines.slice(0, 5).join("\n")} ${lines.slice(5).join("\n")}\n`),
      "2 of its lines are damaged or missing (line 5)",
    ));

  it("refuses one with 512 NUL bytes anywhere but in the last line, or whose first lines are damaged", async () => {
    const whole = `${lines.join("\n")}\n`;
    for (let start = 0; start < whole.length - 512; start += 97)
      await refused(
        fileOf(`${whole.slice(0, start)}${"\0".repeat(512)}${whole.slice(start + 512)}`),
        "damaged or missing",
      );
  });

  it("refuses one whose tail is cut off, at any byte", async () => {
    const whole = `${lines.join("\n")}\n`;
    for (let end = whole.length - 1; end > 110; end -= 311)
      await refused(fileOf(whole.slice(0, end)), "its end is cut off");
  });

  it("reads one of the first format and rewrites it in this one", async () => {
    const old = lines.slice(3).map((line) => line.replace(/^.*?"state"/, '{"state"'));
    const file = fileOf(`${['{"ledger":1}', ...old].join("\n")}\n`);
    const before = bedrock.stats().requests;
    expect(codes(await write(file))).to.deep.equal(rows.map(() => "enriched -"));
    expect(bedrock.stats().requests).to.equal(before);
    await closeLedger(file);
    expect(readFileSync(file, "utf8")).to.match(/^\{"ledger":2\}\n/);
    await refused(
      fileOf(`${['{"ledger":1}', ...old.with(2, (old[2] ?? "").slice(9))].join("\n")}\n`),
      "1 of its lines are damaged or missing (line 4)",
    );
  });

  it("goes on with a compaction that a crash cut short, and needs the copy for it", async () => {
    const whole = `${lines.join("\n")}\n`;
    const file = fileOf(`{"ledger":0}\n${whole.slice(13, 400)}`);
    await refused(file, "a crash cut its compaction short");
    writeFileSync(`${file}.compact`, whole);
    const before = bedrock.stats().requests;
    expect(codes(await write(file))).to.deep.equal(rows.map(() => "enriched -"));
    expect(bedrock.stats().requests).to.equal(before);
    await closeLedger(file);
    expect(existsSync(`${file}.compact`)).to.equal(false);
  });

  describe("is repaired", () => {
    const repaired = async (text: string) => {
      const file = fileOf(text);
      return { file, repair: await repairLedger(file) };
    };
    const statuses = async (file: string) => (await write(file)).map(({ _bedrock }) => _bedrock.status);

    it("by keeping what checks; a row whose lost line tells its key is held", async () => {
      // Intent and answer of the first row.
      const own = lines.flatMap((line, index) =>
        index > 2 && line.includes(`"key":"${keyOf(0)}"`) ? index : [],
      );
      const text = lines.map((line, index) => (own.includes(index) ? line.slice(0, 200) : line)).join("\n");
      const { file, repair } = await repaired(`${text}\n`);
      expect(repair).to.deep.equal({ kept: 4, lost: 2, held: 1, untold: 0 });
      expect(await statuses(file)).to.deep.equal(["held", "enriched", "enriched"]);
      await closeLedger(file);
      expect(await repairLedger(file)).to.deep.equal({ kept: 5, lost: 0, held: 0, untold: 0 });
    });

    it("by holding every row that is not known, where lost lines could not be told, until that is forgotten", async () => {
      const { file, repair } = await repaired(`${lines.slice(0, 3).join("\n")}\n`);
      expect(repair).to.deep.equal({ kept: 0, lost: 6, held: 0, untold: 6 });
      const out = await write(file);
      expect(codes(out)).to.deep.equal(rows.map(() => "held outcome_unknown"));
      expect(out[0]?._bedrock.error?.message).to.contain("Lines of the ledger were lost");
      await closeLedger(file);
      expect((await inspectLedger(file)).lost).to.equal(6);
      await repairLedger(file, { forgetLost: true });
      expect(await statuses(file)).to.deep.equal(["enriched", "enriched", "enriched"]);
      await closeLedger(file);
      expect((await inspectLedger(file)).lost).to.equal(0);
    });

    it("by keeping all lines of two ledgers that were joined, and what either has an answer of", async () => {
      const other = fileOf("");
      const more = ["three", "four", "five", "six"].map((text) => ({ text }));
      await connector.write(settings(other), more);
      await closeLedger(other);
      const both = [`${lines.join("\n")}\n`, readFileSync(other, "utf8")];
      const { requests } = bedrock.stats();
      for (const text of [both, both.toReversed()]) {
        const { file, repair } = await repaired(text.join(""));
        expect(repair.kept).to.be.at.least(13);
        const out = rowsOf(await connector.write(settings(file), [...rows, ...more]));
        expect(codes(out)).to.deep.equal(Array(7).fill("enriched -"));
        await closeLedger(file);
      }
      expect(bedrock.stats().requests).to.equal(requests);
    });

    it("of any damage so that no row is paid for twice", async () => {
      const whole = `${lines.join("\n")}\n`;
      const { requests } = bedrock.stats();
      for (let start = 0; start < whole.length; start += 173) {
        const { file } = await repaired(
          `${whole.slice(0, start)}${"\0".repeat(Math.min(512, whole.length - start))}${whole.slice(start + 512)}`,
        ).catch(() => ({ file: "" }));
        if (file === "") continue;
        expect(await statuses(file)).to.satisfy((all: string[]) =>
          all.every((status) => status === "enriched" || status === "held"),
        );
        await closeLedger(file);
      }
      expect(bedrock.stats().requests).to.equal(requests);
    });
  });

  for (const text of ["notes", "a longer text than a header", "two\nlines\n", '{"ledger":3}\n', "\n", "{}"])
    it(`leaves a file alone that holds ${JSON.stringify(text)}`, () =>
      refused(fileOf(text), "it is another kind of file, which is left untouched"));

  for (const text of ["", "{", '{"ledger":1}'])
    it(`begins anew where a kill left ${JSON.stringify(text)}`, async () => {
      const file = fileOf(text);
      expect(codes(await write(file))).to.deep.equal(rows.map(() => "enriched -"));
      expect(readFileSync(file, "utf8").split("\n")[0]).to.equal('{"ledger":2}');
      await closeLedger(file);
    });

  it("does not send a row again whose line was changed while the ledger was open", async () => {
    const file = fileOf(`${lines.join("\n")}\n`);
    await write(file);
    const before = bedrock.stats().requests;
    writeFileSync(file, readFileSync(file, "latin1").replaceAll("received", "RECEIVED"), "latin1");
    expect(codes(await write(file))).to.deep.equal(rows.map(() => "held outcome_unknown"));
    expect(bedrock.stats().requests).to.equal(before);
    await closeLedger(file);
  });

  it("is created with the folders above it", async () => {
    const file = join(folder, "new", "and", "deep", "ledger");
    expect(codes(await write(file))).to.deep.equal(rows.map(() => "enriched -"));
    await closeLedger(file);
    expect(readFileSync(file, "utf8").trimEnd().split("\n")).to.have.length(lines.length);
  });

  it("is refused at a path that is a directory", async () => {
    const file = join(folder, "directory");
    mkdirSync(file);
    await refused(file, "it is a folder");
  });

  it("is refused below a regular file", () => refused(join(fileOf(""), "ledger"), ": E"));

  it("hands over what was answered, and ends the run, when it is closed in the middle", async () => {
    const file = fileOf("");
    const statuses = new Set<string>();
    let seen = 0;
    for await (const message of connector.enrich(
      settings(file, { max_concurrency: 2 }),
      Array.from({ length: 300 }, (_, id) => ({ text: `closed ${id}` })),
    )) {
      if (message.type !== "record") continue;
      statuses.add((message.record.data as Row)._bedrock.status);
      if (seen++ === 3) await closeLedger(file);
    }
    expect(seen).to.equal(300);
    expect([...statuses]).to.have.members(["enriched", "not_sent"]);
  });
});
