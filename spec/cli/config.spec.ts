import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fillEnvironment, loadConfig } from "../../src/cli/config.js";
import { loadSyncConfig } from "../../src/cli/sync-config.js";

const reference = (name: string): string => `\${${name}}`;

describe("config", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cli-config-"));
  });
  after(() => rm(folder, { recursive: true }));

  const file = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const message = (action: Promise<unknown>): Promise<string> =>
    action.then(
      () => "no error",
      (error: Error) => error.message,
    );

  it("fills in variables at any depth, but not in the model's own formats", () => {
    const text = `say ${reference("KEY")}`;
    const config = {
      access_key: reference("KEY"),
      endpoint: `http://${reference("HOST")}:${reference("PORT_2")}/${reference("lower")}`,
      nested: { list: [reference("EMPTY"), 1] },
      request_format: { prompt: text },
      response_format: text,
    };
    const environment = { KEY: "$& k", HOST: "h", PORT_2: "9", EMPTY: "" };
    expect(fillEnvironment(config, environment, "f")).to.deep.equal({
      access_key: "$& k",
      endpoint: `http://h:9/${reference("lower")}`,
      nested: { list: ["", 1] },
      request_format: { prompt: text },
      response_format: text,
    });
  });

  it("names every field and variable that is not set", () => {
    const config = { api_key: reference("A_KEY"), region: reference("REGION"), deep: { x: reference("X") } };
    expect(() => fillEnvironment(config, { REGION: "r" }, "config.json")).to.throw(
      "config.json: environment variable not set: api_key needs A_KEY, deep.x needs X",
    );
  });

  it("places an error in the file without quoting it", async () => {
    const path = await file("broken.json", '\uFEFF{\n  "api_key": "SECRET"\n  "region": "r"\n}');
    expect(await message(loadConfig(path, {}))).to.equal(
      `${path} is not JSON: line 3, column 3 (comma expected)`,
    );
    const cut = await file("cut.json", '{"api_key": "SECRET');
    expect(await message(loadConfig(cut, {}))).to.match(/is not JSON: line 1, column \d+ \([a-z ]+\)$/);
    expect(await message(loadConfig(await file("empty.json", " \n"), {}))).to.match(
      /is not JSON: it is empty$/,
    );
  });

  it("wants one object", async () => {
    expect(await message(loadConfig(await file("list.json", []), {}))).to.match(
      /one JSON object, not an array$/,
    );
    expect(await message(loadConfig(join(folder, "none.json"), {}))).to.match(/^cannot read .*no such file/);
  });

  describe("sync config", () => {
    const load = (values: Record<string, string>) =>
      loadSyncConfig({ values, flags: new Set() }, { REGION: "us-east-1" });

    it("is built around a config", async () => {
      const config = await file("config.json", { region: reference("REGION") });
      const syncConfig = await load({ config });
      expect(syncConfig.destination).to.deep.equal({
        name: "AwsBedrockModel",
        type: "destination",
        connection_specification: { region: "us-east-1" },
      });
      expect(syncConfig.sync_mode).to.equal("incremental");
    });

    it("is taken from a host, with its connection or ours", async () => {
      const ours = await file("ours.json", { region: "ours" });
      const path = await file("sync.json", {
        sync_id: "42",
        destination: { name: "Host's", connection_specification: { region: reference("REGION") } },
      });
      const theirs = await load({ "sync-config": path });
      expect(theirs).to.deep.include({ sync_id: "42" });
      expect(theirs.destination.connection_specification).to.deep.equal({ region: "us-east-1" });
      const replaced = await load({ "sync-config": path, config: ours });
      expect(replaced.destination).to.deep.include({ name: "Host's" });
      expect(replaced.destination.connection_specification).to.deep.equal({ region: "ours" });
    });

    it("says what is missing", async () => {
      expect(await message(load({}))).to.match(/--config FILE is missing/);
      const path = await file("bare.json", { sync_id: "42" });
      expect(await message(load({ "sync-config": path }))).to.match(
        /destination\.connection_specification is missing; add it or give --config FILE$/,
      );
    });
  });
});
