import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger } from "../../../src/index.js";
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
    const text = existsSync(file) && !words.includes("EISDIR") ? readFileSync(file, "latin1") : null;
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

  it("refuses one with a line damaged in the middle and names the line", async () => {
    const damaged = (change: (line: string) => string) =>
      fileOf(`${lines.map((line, index) => (index === 2 ? change(line) : line)).join("\n")}\n`);
    await refused(
      damaged(() => ""),
      "line 3 is damaged",
    );
    await refused(
      damaged((line) => `\0\0\0\0${line.slice(4)}`),
      "line 3 is damaged",
    );
    await refused(
      damaged((line) => line.slice(0, -20)),
      "line 3 is damaged",
    );
    await refused(
      damaged((line) => line.replace(/"key":"..../, '"key":"zzzz')),
      "line 3 is damaged",
    );
  });

  it("refuses one that has lost a line break, behind which a row would be forgotten", async () => {
    await refused(
      fileOf(`${lines.slice(0, 2).join("\n")} ${lines.slice(2).join("\n")}\n`),
      "line 2 is damaged",
    );
  });

  for (const text of ["notes", "a longer text than a header", "two\nlines\n", '{"ledger":2}\n', "\n", "{}"])
    it(`leaves a file alone that holds ${JSON.stringify(text)}`, () =>
      refused(fileOf(text), "it is another kind of file, which is left untouched"));

  for (const text of ["", "{", '{"ledger":1}'])
    it(`begins anew where a kill left ${JSON.stringify(text)}`, async () => {
      const file = fileOf(text);
      expect(codes(await write(file))).to.deep.equal(rows.map(() => "enriched -"));
      expect(readFileSync(file, "utf8").split("\n")[0]).to.equal('{"ledger":1}');
      await closeLedger(file);
    });

  it("holds a row whose answer is damaged, and replays the others", async () => {
    const index = lines.findIndex((line) => line.includes('"received"'));
    const file = fileOf(
      `${lines.with(index, (lines[index] ?? "").replace('"response":"{', '"response":"{"')).join("\n")}\n`,
    );
    const before = bedrock.stats().requests;
    expect(codes(await write(file))).to.deep.equal(["held outcome_unknown", "enriched -", "enriched -"]);
    expect(bedrock.stats().requests).to.equal(before);
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
    await refused(file, "EISDIR");
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
