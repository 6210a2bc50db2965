import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig } from "../../support/sync-config.js";
import { runCli } from "../run-cli.js";

describe("bedrock-model sync", () => {
  let folder: string;
  const bedrock = useBedrock();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sync-spec-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };

  it("runs a pipeline: a report on stdout, words on stderr, every row in the output, no secret in the state", async () => {
    const secret = String(localConfig(bedrock.url).secret_access_key);
    const connection = localConfig(bedrock.url, { secret_access_key: "$" + "{SECRET}" });
    const pipeline = {
      name: "mails",
      source: {
        type: "ndjson",
        path: write("rows.ndjson", '{"id":1,"text":"One."}\n{"id":2}\n'),
        primary_key: "id",
      },
      destination: { connector: "AwsBedrockModel", connection: write("c.json", JSON.stringify(connection)) },
    };
    const args = ["sync", "--pipeline", write("p.json", JSON.stringify(pipeline)), "--output", "out.ndjson"];
    const { code, messages, stderr } = await runCli(args, "", { cwd: folder, env: { SECRET: secret } });

    expect(code, stderr).to.equal(3);
    const [report, ...others] = messages();
    expect(others).to.deep.equal([]);
    expect(report).to.include({
      sync: "mails",
      status: "success",
      extracted: 2,
      success: 1,
      failed: 1,
      calls: 1,
    });
    expect(stderr).to.match(
      /^reading rows, .*\nsync mails, run 1: 2 rows read, 0 unchanged, 2 to send\n1 enriched, 1 failed, 0 pending;/,
    );
    const rows = readFileSync(join(folder, "out.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows[0])
      .to.include({ id: 1, text: "One." })
      .and.have.nested.property("_bedrock.status", "enriched");
    expect(rows[1]).to.include({ id: 2, completion: null });
    expect(rows[1]._bedrock).to.include({ status: "failed", billed: "no" });
    expect(rows[1]._bedrock.error.code).to.equal("missing_column");
    expect(readFileSync(join(folder, ".bedrock-model", "host.db"), "latin1")).not.to.include(secret);
  });

  it("names what is wrong with a pipeline before anything is opened", async () => {
    const file = write(
      "bad.json",
      '{"name":"x","source":{"type":"mysql","primary_key":"id","path":"x"},"destination":{}}',
    );
    const { code, stderr } = await runCli(["sync", "--pipeline", file], "", { cwd: folder });
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      "bedrock-model: not a pipeline: source.type must be one of ndjson, csv, tsv, json, parquet, postgres; " +
        "destination must have required property 'connector'; destination must have required property 'connection'\n",
    );
  });

  it("refuses a source before any call, in the words of write", async () => {
    const runOf = (name: string, csv: string) => {
      const source = { type: "csv", path: write(`${name}.csv`, csv), primary_key: "id" };
      const connection = write("c.json", JSON.stringify(localConfig(bedrock.url)));
      const pipeline = { name, source, destination: { connector: "AwsBedrockModel", connection } };
      const file = write(`${name}.json`, JSON.stringify(pipeline));
      return runCli(["sync", "--pipeline", file], "", { cwd: folder });
    };
    const before = bedrock.stats().requests;
    const twice = await runOf("twice", "id,text,text\n1,a,b\n");
    expect(twice.code).to.equal(1);
    expect(twice.stderr).to.contain('\nbedrock-model: twice.csv: the header has "text" twice; rename one\n');
    const uneven = await runOf("uneven", "id,text\n1,One.,more\n");
    expect(uneven.code).to.equal(1);
    expect(uneven.stderr).to.contain(
      "\nbedrock-model: uneven.csv, line 2: it has 3 cells, and the header has 2\n",
    );
    expect(bedrock.stats().requests).to.equal(before);
  });
});
