import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as host from "../src/host/index.js";
import * as connector from "../src/index.js";
import { demoCredentials } from "../src/testing/emulator/index.js";
import { useBedrock } from "./support/bedrock.js";
import { localConfig, syncConfig } from "./support/sync-config.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The JavaScript of one section, which must hold one block of it. */
const codeOf = (heading: string): string => {
  const [, section = ""] = readme.split(`\n## ${heading}\n`);
  const blocks = [...(section.split("\n## ")[0] ?? "").matchAll(/```js\n(.*?)```/gs)];
  expect(blocks, heading).to.have.lengthOf(1);
  return blocks[0]?.[1] ?? "";
};

const modules: Readonly<Record<string, object>> = {
  "multiwoven-aws-bedrock-model": connector,
  "multiwoven-aws-bedrock-model/host": host,
};

/** Runs a section's code with what it takes for granted. Resolves to what it logged. */
const run = async (heading: string, given: Record<string, unknown>): Promise<unknown[][]> => {
  const logged: unknown[][] = [];
  const body = codeOf(heading).replace(
    /import (\{.*?\}) from ("[^"]+");/g,
    (_, names, from) => `const ${names} = modules[${from}];`,
  );
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const scope = { ...given, modules, console: { log: (...values: unknown[]) => logged.push(values) } };
  await AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
  return logged;
};

describe("the code in the README runs against the local Bedrock:", () => {
  const emulator = useBedrock();
  let folder: string;
  const environment: Record<string, string> = {
    AWS_ACCESS_KEY_ID: demoCredentials.access_key,
    AWS_SECRET_ACCESS_KEY: demoCredentials.secret_access_key,
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "readme-"));
    Object.assign(process.env, environment, { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: emulator.url });
  });
  after(async () => {
    for (const name of [...Object.keys(environment), "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"])
      delete process.env[name];
    await rm(folder, { recursive: true });
  });

  it("As a library", async () => {
    const logged = await run("As a library", {});
    const [[row], [summary]] = logged as [[{ completion: string }], [object]];
    expect(row.completion).to.be.a("string").that.is.not.empty;
    expect(summary).to.include({ received: 1, enriched: 1 });
  });

  it("In a pipeline host", async () => {
    const registered: unknown[] = [];
    const row: Record<string, unknown> = {};
    const config = localConfig(emulator.url);
    const record = { text: "The parcel never came." };
    const registry = { register: (one: unknown) => registered.push(one) };
    await run("In a pipeline host", { host: registry, config, syncConfig: syncConfig(config), record, row });
    expect(registered).to.deep.equal([connector.AwsBedrockModel]);
    expect(row.status).to.equal("success");
    expect(row.log).to.have.all.keys("request", "response", "level");
    expect(row.enriched).to.include(record).and.to.have.property("completion");
  });

  it("A pipeline host of its own", async () => {
    const path = join(folder, "tickets.ndjson");
    await writeFile(path, '{"id":"a","text":"The parcel never came."}\n{"id":"b","text":"All fine."}\n');
    const pipeline = {
      name: "tickets",
      source: { type: "ndjson", path, primary_key: "id" },
      destination: { connector: "AwsBedrockModel", connection: localConfig(emulator.url) },
    };
    const before = process.cwd();
    process.chdir(folder);
    try {
      const { signal } = new AbortController();
      const logged = await run("A pipeline host of its own", { pipeline, signal });
      expect(logged).to.deep.equal([
        ["a", "success"],
        ["b", "success"],
      ]);
    } finally {
      process.chdir(before);
    }
  });
});
