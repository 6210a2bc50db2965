import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { policiesFor } from "../src/batch/access/policies.js";
import { testReport } from "../src/cli/report/test-lines.js";
import { toBatchPlace } from "../src/connection/batch-place.js";
import * as host from "../src/host/index.js";
import * as connector from "../src/index.js";
import * as emulator from "../src/testing/emulator/index.js";
import { endLeftovers, finished, runCli, runProgram, said, startCli } from "./cli/run-cli.js";
import { useBedrock, withBedrock } from "./support/bedrock.js";
import { blockOf, blocksOf, pages, readText, sectionOf } from "./support/pages.js";
import { program } from "./support/program.js";
import { localConfig, roomy, syncConfig } from "./support/sync-config.js";

const modules: Readonly<Record<string, object>> = {
  "multiwoven-aws-bedrock-model": connector,
  "multiwoven-aws-bedrock-model/emulator": emulator,
  "multiwoven-aws-bedrock-model/host": host,
};

/** Runs the code under a heading with what it takes for granted. Resolves to what it logged. */
const run = async (
  page: string,
  heading: string,
  given: Record<string, unknown> = {},
): Promise<unknown[][]> => {
  const logged: unknown[][] = [];
  const body = blockOf(page, heading, "js").replace(
    /import (\{.*?\}) from ("[^"]+");/g,
    (_, names, from) => `const ${names} = modules[${from}];`,
  );
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const scope = { ...given, modules, console: { log: (...values: unknown[]) => logged.push(values) } };
  await AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
  return logged;
};

describe("what the READMEs show, run against the local Bedrock:", () => {
  const bedrock = useBedrock();
  let folder: string;
  const { access_key, secret_access_key } = localConfig("");
  const environment = { AWS_ACCESS_KEY_ID: `${access_key}`, AWS_SECRET_ACCESS_KEY: `${secret_access_key}` };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "readme-"));
    Object.assign(process.env, environment, { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url });
  });
  afterEach(endLeftovers);
  after(async () => {
    for (const name of [...Object.keys(environment), "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"])
      delete process.env[name];
    await rm(folder, { recursive: true });
  });

  it("root, five minutes with your own CSV", async () => {
    const emulating = startCli(["emulate", "--port", "0"]);
    const words = await said(emulating, "in another terminal");
    const config = words.slice(words.indexOf("{\n"), words.indexOf("\n}\n") + 2);
    await writeFile(join(folder, "connection.json"), config);
    const shell = (script: string) =>
      new Promise<string>((resolve, reject) => {
        const command = script.replaceAll("npx bedrock-model", program.map((part) => `'${part}'`).join(" "));
        execFile("sh", ["-ec", command], { cwd: folder }, (error, stdout, stderr) =>
          error ? reject(error) : resolve(stdout + stderr),
        );
      });
    const timeless = (text: string) => text.replace(/[\d.]+ s$/gm, "N s").split("\n");
    const blocks = blocksOf(sectionOf("README.md", "Five minutes with your own CSV"), "");
    for (const block of blocks.filter((code) => code !== "npx bedrock-model emulate\n")) {
      const [unprompted = "", ...steps] = block.split(/^\$ /m);
      if (unprompted) await shell(unprompted);
      for (const step of steps) {
        const [command = "", ...shown] = step.trimEnd().split("\n");
        const said = timeless(await shell(command));
        for (const line of timeless(shown.join("\n")).filter((text) => text !== "..." && text !== ""))
          expect(said, command).to.include(line);
      }
    }
    emulating.kill("SIGTERM");
    expect((await finished(emulating)).code).to.equal(0);
  });

  it("batch, command by command", async () => {
    const batch = { seconds: { InProgress: 36_000 } };
    bedrock.setAccount({ batch, buckets: ["my-bucket"] });
    const place = join(folder, "batch");
    await mkdir(place);
    const [settings = ""] = blocksOf(readText("src/batch/README.md"), "json");
    const request_format = {
      inferenceConfig: { maxTokens: 60 },
      messages: [{ role: "user", content: [{ text: "In short: {{ text }}" }] }],
    };
    const config = localConfig(bedrock.url, { ...JSON.parse(settings), request_format });
    await writeFile(join(place, "connection.json"), JSON.stringify(config));
    const rows = Array.from({ length: 250 }, (_, id) => ({
      id,
      text: `Letter ${id}: the parcel came late.`,
    }));
    await writeFile(join(place, "rows.ndjson"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    /** What passes before a command, in seconds. */
    const pauses: Readonly<Record<string, number>> = { "batch --config": 20_760, "batch wait": 36_000 };
    const timeless = (text: string): string[] =>
      text
        .replace(/bedrock-model-[0-9a-f]{32}/g, "bedrock-model-JOB")
        .replace(/[\d.]+ s$/gm, "N s")
        .split("\n");
    const steps = blocksOf(sectionOf("src/batch/README.md", "Command by command"), "").flatMap((block) =>
      block.split(/^\$ npx bedrock-model /m).slice(1),
    );
    expect(steps).to.have.length(9);
    for (const step of steps) {
      const [command = "", ...shown] = step.trimEnd().split("\n");
      for (const [words, seconds] of Object.entries(pauses))
        if (command.startsWith(words)) bedrock.passTime(seconds);
      const runs = command.startsWith("check") ? runProgram : runCli;
      const { stdout, stderr } = await runs(command.split(" "), "", { cwd: place });
      const said = timeless(stdout + stderr);
      for (const line of timeless(shown.join("\n")).filter((text) => text !== "..." && text !== ""))
        expect(said, command).to.include(line);
    }
    bedrock.setAccount({});
  });

  it("batch, the policies, as a check fills them in", () => {
    const [settings = "", ...shown] = blocksOf(readText("src/batch/README.md"), "json");
    const place = toBatchPlace(JSON.parse(settings));
    if (!place) throw new Error("no place");
    const connection = { region: "us-east-1", modelId: "us.amazon.nova-lite-v1:0" };
    const { caller, trust, access } = policiesFor(connection, place, "123456789012");
    expect(shown.map((policy) => JSON.parse(policy))).to.deep.equal(
      [caller, trust, access].map((policy) => JSON.parse(policy)),
    );
  });

  it("reconcile, the answers of calls that broke off", async () => {
    await withBedrock({}, async (bedrock) => {
      const logging = {
        s3Config: { bucketName: "logs", keyPrefix: "bedrock" },
        textDataDeliveryEnabled: true,
      };
      bedrock.setAccount({ buckets: ["logs"], logging });
      const place = join(folder, "reconcile");
      await mkdir(place);
      const request_format = {
        messages: [{ role: "user", content: [{ text: "In one sentence: {{ text }}" }] }],
      };
      const config = localConfig(bedrock.url, {
        ...{ ...roomy, max_concurrency: 1 },
        request_format: JSON.stringify(request_format),
      });
      await writeFile(join(place, "connection.json"), JSON.stringify(config));
      const rows = Array.from({ length: 200 }, (_, id) => ({
        id,
        text: `Parcel ${id} came ${id % 7} days late.`,
      }));
      const input = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      const write = () =>
        runCli(["write", "--config", "connection.json", "--output", "out.ndjson"], input, { cwd: place });
      bedrock.setFaults([{ kind: "reset_after", at: rows.map((_, index) => 2 * index + 2) }]);
      const { stderr: cut } = await write();
      expect(cut).to.match(/100 enriched/);
      // As the end of the process does.
      await connector.closeLedger(join(place, ".bedrock-model", "ledger.jsonl"));
      bedrock.setFaults([]);
      const [command = "", ...shown] = (
        blocksOf(sectionOf("src/reconcile/README.md", "Reconcile"), "")[0] ?? ""
      )
        .replace("$ npx bedrock-model ", "")
        .trimEnd()
        .split("\n");
      const { stdout, stderr } = await runCli(command.split(" "), "", { cwd: place });
      expect((stdout + stderr).split("\n").filter((line) => line !== "")).to.deep.equal(shown);
      const { billed } = bedrock.stats();
      expect((await write()).stderr).to.match(/200 enriched; 0 calls/);
      expect(bedrock.stats().billed).to.equal(billed);
    });
  });

  it("root, the row before and after", async () => {
    const [before = "", after = ""] = blocksOf(sectionOf("README.md", "AWS Bedrock Model"), "json");
    const config = JSON.parse(blockOf("README.md", "Prompt and columns", "json"));
    const { tracking } = await new connector.AwsBedrockModel().write(syncConfig(config), [
      JSON.parse(before),
    ]);
    const [row] = tracking.meta.records as { _bedrock: object }[];
    const anyTime = { latency_ms: 0, request_id: "" };
    const expected = JSON.parse(after);
    expect({ ...row, _bedrock: { ...row?._bedrock, ...anyTime } }).to.deep.equal({
      ...expected,
      _bedrock: { ...expected._bedrock, ...anyTime },
    });
  });

  it("root, as a library", async () => {
    const logged = await run("README.md", "As a library");
    const [[row], [summary]] = logged as [[{ completion: string }], [object]];
    expect(row.completion).to.be.a("string").that.is.not.empty;
    expect(summary).to.include({ received: 1, enriched: 1 });
  });

  it("rehearse, in code", async () => {
    const rows = Array.from({ length: 8 }, (_, id) => ({ text: `Ticket ${id} came late.` }));
    const config = localConfig(bedrock.url, { input_price_usd: 1, output_price_usd: 2 });
    const against = localConfig(bedrock.url, {
      model_id: "us.amazon.nova-micro-v1:0",
      request_format: {
        messages: [{ role: "user", content: [{ text: "Shortly: {{ text }}" }] }],
        inferenceConfig: { maxTokens: 60 },
      },
    });
    const limited = { ...config, request_format: against.request_format };
    const logged = await run("src/rehearse/README.md", "In code", { config: limited, against, rows });
    expect(logged).to.deep.equal([["Too few rows to tell"]]);
  });

  it("hooks, the contract", async () => {
    const registered: unknown[] = [];
    const row: Record<string, unknown> = {};
    const config = localConfig(bedrock.url);
    const record = { text: "The parcel never came." };
    const registry = { register: (one: unknown) => registered.push(one) };
    const given = { host: registry, config, syncConfig: syncConfig(config), record, row };
    await run("src/hooks/README.md", "The contract", given);
    expect(registered).to.deep.equal([connector.AwsBedrockModel]);
    expect(row.status).to.equal("success");
    expect(row.log).to.have.all.keys("request", "response", "level");
    expect(row.enriched).to.include(record).and.to.have.property("completion");
  });

  it("a host, in Node, as a destination and as a source", async () => {
    const connection = localConfig(bedrock.url, {
      request_format: '{"messages":[{"role":"user","content":[{"text":"In one sentence: {{ body }}"}]}]}',
    });
    const [first, second, third] = await run("src/cli/ruby/README.md", "In five minutes, in Node", {
      connection,
    });
    expect(first).to.deep.equal([
      "destination",
      "AwsBedrockModel",
      "region,model_id,request_format",
      "succeeded",
    ]);
    expect(second?.slice(0, 2)).to.deep.equal(["invoke_model", 1]);
    expect(second?.[2]).to.contain("The parcel came late.");
    expect(third?.[0]).to.contain("parcel");
  });

  it("hooks, template tests", async () => {
    const [config = "", tests = ""] = blocksOf(
      sectionOf("src/hooks/README.md", "Tests for your templates"),
      "json",
    );
    const report = await connector.testTemplates({ ...JSON.parse(tests), config: JSON.parse(config) });
    expect(testReport(report)).to.equal(blockOf("src/hooks/README.md", "Tests for your templates", ""));
  });

  it("hooks, the columns that discover publishes", async () => {
    const [config = ""] = blocksOf(sectionOf("src/hooks/README.md", "Tests for your templates"), "json");
    const { catalog } = await new connector.AwsBedrockModel().discover(JSON.parse(config));
    const schema = structuredClone(catalog.streams[0]?.json_schema) as Record<string, object>;
    Object.assign((schema["x-output-schema"] as { properties: object }).properties, { _bedrock: {} });
    expect(schema).to.deep.equal(JSON.parse(blockOf("src/hooks/README.md", "Discover", "json")));
  });

  it("host, in code", async () => {
    const path = join(folder, "tickets.ndjson");
    await writeFile(path, '{"id":"a","text":"The parcel never came."}\n{"id":"b","text":"All fine."}\n');
    const pipeline = {
      name: "tickets",
      source: { type: "ndjson", path, primary_key: "id" },
      destination: { connector: "AwsBedrockModel", connection: localConfig(bedrock.url) },
    };
    const before = process.cwd();
    process.chdir(folder);
    try {
      const { signal } = new AbortController();
      expect(await run("src/host/README.md", "In code", { pipeline, signal })).to.deep.equal([
        ["a", "success"],
        ["b", "success"],
      ]);
    } finally {
      process.chdir(before);
    }
  });

  it("local Bedrock, in code", async () => {
    expect(await run("src/testing/emulator/README.md", "In code")).to.deep.equal([
      ["end_turn"],
      ["max_tokens"],
    ]);
  });

  for (const page of pages) {
    const configs = blocksOf(readText(page), "json").filter((text) =>
      /"model_id".*"request_format"/s.test(text),
    );
    configs.forEach((text, index) => {
      it(`${page}, connection ${index + 1}: the check has nothing to say`, async () => {
        const config = localConfig(bedrock.url, JSON.parse(text));
        const { connection_status } = await new connector.AwsBedrockModel().checkConnection(config);
        expect(connection_status).to.deep.equal({ status: "succeeded" });
      });
    });
  }
});
