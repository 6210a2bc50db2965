import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { program } from "../../support/program.js";
import { validate, validateMessage } from "../../support/protocol.js";
import { localConfig } from "../../support/sync-config.js";
import { type Message, runCli } from "../run-cli.js";

const host = fileURLToPath(new URL("../../support/ruby/host.rb", import.meta.url));
const command = `${program.join(" ")} serve`;
const hasRuby = spawnSync("ruby", ["--version"]).status === 0;

describe(`the connector for Ruby${hasRuby ? "" : " (not run: there is no ruby on this machine)"}`, () => {
  const emulator = useBedrock({ latencyMs: 150 });
  const slow = useBedrock({ latencyMs: 200 });
  let folder: string;
  before(async function () {
    if (!hasRuby) this.skip();
    folder = await mkdtemp(join(tmpdir(), "ruby-"));
    expect(await runCli(["ruby", "--output", folder])).to.include({ code: 0, stdout: "" });
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  /**
   * Plays a scene of the host and returns what it came to. Fails when Ruby says anything beside it, or when one of the
   * client's messages is none to the host.
   */
  const play = async (
    scene: string,
    config: object = {},
    env: Record<string, string> = {},
  ): Promise<Message> => {
    const child = spawn("ruby", ["-w", host, folder, scene, JSON.stringify(config)], {
      env: { ...process.env, BEDROCK_MODEL_SERVE: command, ...env },
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stderr).to.equal("");
    const { result, messages } = JSON.parse(stdout);
    // What never changes is no message.
    expect(messages.length > 0, scene).to.equal(scene !== "definition");
    for (const message of messages)
      expect(validateMessage(message), JSON.stringify(message)).to.include({ ok: true });
    return result;
  };
  const local = (changes = {}) => localConfig(emulator.url, changes);
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

  it("answers what never changes from its files, without a process", async () => {
    const { meta, spec, processes } = await play("definition");
    const connector = new AwsBedrockModel();
    const { icon, ...data } = meta.data;
    expect({ ...data, icon: "icon.svg" }).to.deep.equal(connector.metaData().data);
    const image = Buffer.from(icon.replace("data:image/svg+xml;base64,", ""), "base64").toString();
    expect(image).to.equal(await readFile("src/cli/ruby/icon.svg", "utf8"));
    expect(spec).to.deep.equal(plain(connector.spec().connector_spec));
    expect(validate("ConnectorSpecification", spec)).to.include({ ok: true });
    expect(processes).to.equal(0);
  });

  it("discovers the catalog of the settings, and of any settings where the command is not there", async () => {
    const connector = new AwsBedrockModel();
    const [discovered, fallback] = await Promise.all([
      play("discover", local()),
      play("discover", local(), { BEDROCK_MODEL_SERVE: "/nowhere/bedrock-model serve" }),
    ]);
    expect(discovered).to.deep.equal(plain(await connector.discover(local())));
    expect(fallback).to.deep.equal(plain(await connector.discover()));
  });

  it("writes from many threads over one process, under one limit", async () => {
    const { success, processes, log } = await play("threads", local({ max_concurrency: 3 }));
    expect({ success, processes, log }).to.deep.equal({
      success: 8,
      processes: 1,
      log: ["request", "response", "level"],
    });
    expect(emulator.stats().most_in_flight).to.equal(3);
  });

  it("checks a connection, and says why one does not hold", async () => {
    const [holds, fails] = await Promise.all([play("check", local()), play("check", local({ region: "" }))]);
    expect(holds.connection_status.status).to.equal("succeeded");
    expect(fails.connection_status.status).to.equal("failed");
    expect(fails.connection_status.message).to.contain("region");
  });

  it("reads and enriches", async () => {
    const QUERY = '{"messages":[{"role":"user","content":[{"text":"Hello."}]}]}';
    const [read, enriched] = await Promise.all([play("read", local(), { QUERY }), play("enrich", local())]);
    expect(read.map(({ type }: Message) => type)).to.deep.equal(["record"]);
    expect(enriched).to.deep.equal({ texts: ["a", "b"], success: 2 });
  });

  it("gives a forked process a serve of its own and leaves the parent's alone", async () => {
    expect(await play("fork", local())).to.deep.equal({
      child: { success: 1, started: 2 },
      parent: { success: 1, started: 1 },
    });
  });

  it("counts the rows of a serve that died as failed, and starts another for the next", async () => {
    const { lost, again } = await play("death", localConfig(slow.url));
    expect(lost).to.include({ success: 0, failed: 1 });
    expect(JSON.parse(lost.logs[0].message)).to.deep.equal({
      request: "write",
      response: "bedrock-model serve has ended before its answer",
      level: "error",
    });
    expect(again).to.equal(1);
  });

  it("takes back the rows of a thread that was killed", async () => {
    const { billed } = slow.stats();
    const config = localConfig(slow.url, { max_concurrency: 1 });
    expect(await play("killed_thread", config)).to.deep.equal({ after: 1 });
    // The call that was open, and the row afterwards.
    expect(slow.stats().billed - billed).to.equal(2);
  });

  it("names the setting when the command is not there, also without quoting the row", async () => {
    const env = { BEDROCK_MODEL_SERVE: "/nowhere/bedrock-model serve", TEXT: "hush-hush" };
    const tracking = await play("row", local(), env);
    expect(tracking).to.include({ success: 0, failed: 1 });
    expect(JSON.parse(tracking.logs[0].message).response).to.equal(
      "/nowhere/bedrock-model cannot be started (Errno::ENOENT); set BEDROCK_MODEL_SERVE to its command",
    );
    expect(JSON.stringify(tracking)).not.to.contain("hush-hush");
  });
});
