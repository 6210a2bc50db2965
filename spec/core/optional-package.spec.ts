import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

/** The package as a user has it who installed nothing beside it. */
const install = (folder: string): string => {
  // Copies: a module looks for packages from where it really is.
  for (const part of ["schemas", "src", "package.json"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const name of packagesIn(join(root, "node_modules")))
    if (!(name in peerDependencies)) addPackage(folder, name);
  return folder;
};

const addPackage = (folder: string, name: string): void => {
  const link = join(folder, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(root, "node_modules", name), link);
};

const packagesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : name,
    );

describe("a package that one door alone needs", () => {
  let bare: string;
  before(() => {
    bare = install(mkdtempSync(join(tmpdir(), "bare-spec-")));
  });
  after(() => rmSync(bare, { recursive: true, force: true }));

  const run = (folder: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return { status, stdout, stderr };
  };
  const sentence = (door: string, name: string): string =>
    `${door} needs the package ${name}, which is not installed; install it: npm install "${name}@${peerDependencies[name]}"\n`;
  const pipeline = (folder: string, source: object): string => {
    const connection = { region: "us-east-1", model_id: "us.amazon.nova-lite-v1:0", request_format: "{}" };
    const text = JSON.stringify({
      name: "x",
      source,
      destination: { connector: "AwsBedrockModel", connection },
    });
    writeFileSync(join(folder, "pipeline.json"), text);
    return "pipeline.json";
  };
  const file = { type: "ndjson", path: "rows.ndjson", primary_key: "id" };
  const printed = (folder: string, script: string): string =>
    run(folder, "--input-type=module", "--eval", `${script}.catch(({ message }) => console.log(message));`)
      .stdout;

  it("is an optional peer, each of them", () => {
    const optional = Object.fromEntries(
      Object.keys(peerDependencies).map((name) => [name, { optional: true }]),
    );
    expect(peerDependenciesMeta).to.deep.equal(optional);
  });

  it("is named by `sync` in one sentence, where it is libsql", () => {
    expect(run(bare, "src/cli/main.js", "sync", "--pipeline", pipeline(bare, file))).to.deep.equal({
      status: 1,
      stdout: "",
      stderr: `bedrock-model: ${sentence("the pipeline host", "libsql")}`,
    });
  });

  it("is named by `conform` in one sentence, where it is fast-check", () => {
    expect(run(bare, "src/cli/main.js", "conform", "--only", "S01")).to.deep.equal({
      status: 1,
      stdout: "",
      stderr: `bedrock-model: ${sentence("the conformance suite", "fast-check")}`,
    });
  });

  it("rejects `openHost` with the same sentence", () => {
    expect(
      printed(bare, `import { openHost } from "./src/host/index.js"; await openHost({ state: "host.db" })`),
    ).to.equal(sentence("the pipeline host", "libsql"));
  });

  it("is not needed by the rest: the connector, the local Bedrock and its word analysis", () => {
    const script = `
      import { AwsBedrockModel } from "./src/index.js";
      import { demoCredentials, startEmulator } from "./src/testing/emulator/index.js";
      const bedrock = await startEmulator();
      const connection_specification = {
        ...demoCredentials,
        region: "us-east-1",
        endpoint: bedrock.url,
        model_id: "us.amazon.nova-lite-v1:0",
        request_format: { messages: [{ role: "user", content: [{ text: "{{ text }}" }] }] },
      };
      const config = { destination: { connection_specification } };
      const { tracking } = await new AwsBedrockModel().write(config, [{ text: "It works." }]);
      console.log(tracking.success);
      await bedrock.close()`;
    expect(printed(bare, script)).to.equal("1\n");
  });

  it("rejects the sync of a PostgreSQL table, where it is pg, and a file is synced without, once libsql is there", () => {
    const script = (source: object): string => `
      import { openHost } from "./src/host/index.js";
      import { AwsBedrockModel } from "./src/index.js";
      class Fake extends AwsBedrockModel {
        checkConnection = async () => ({ type: "connection_status", connection_status: { status: "succeeded" } });
      }
      const host = await openHost({ state: "host.db" });
      host.register(Fake);
      const destination = { connector: "AwsBedrockModel", connection: {} };
      await host.sync({ name: "x", source: ${JSON.stringify(source)}, destination })
        .then(({ status }) => console.log(status))`;
    writeFileSync(join(bare, "rows.ndjson"), "");
    addPackage(bare, "libsql");
    expect(printed(bare, script({ type: "postgres", table: "t", primary_key: "id" }))).to.equal(
      sentence("t: PostgreSQL", "pg"),
    );
    expect(printed(bare, script(file))).to.equal("success\n");
  });
});
