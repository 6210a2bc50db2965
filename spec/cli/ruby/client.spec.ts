import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { type Database, openDatabase } from "../../support/postgres.js";
import { program } from "../../support/program.js";
import { validate, validateMessage } from "../../support/protocol.js";
import { localConfig } from "../../support/sync-config.js";
import { type Message, runCli } from "../run-cli.js";

const host = fileURLToPath(new URL("../../support/ruby/host.rb", import.meta.url));
const command = `${program.join(" ")} serve`;
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const hasRuby = spawnSync("ruby", ["--version"]).status === 0;

describe(`the connector for Ruby${hasRuby ? "" : " (not run: there is no ruby on this machine)"}`, () => {
  const emulator = useBedrock({ latencyMs: 150 });
  const slow = useBedrock({ latencyMs: 200 });
  let folder: string;
  before(async function () {
    if (!hasRuby) this.skip();
    folder = await mkdtemp(join(tmpdir(), "ruby-"));
    expect(await runCli(["ruby", "--output", folder])).to.include({ code: 0, stdout: "" });
    long = startHost();
  });
  after(async () => {
    await long?.end();
    if (folder) await rm(folder, { recursive: true });
  });

  /**
   * Starts a host, which plays scenes one after another and returns what each came to. Fails when Ruby says anything beside
   * that, or when one of the client's messages is none to the host.
   */
  const startHost = (env: Record<string, string> = {}) => {
    const child = spawn("ruby", ["-w", host, folder], {
      env: { ...process.env, BEDROCK_MODEL_SERVE: command, ...env },
    });
    const said = text(child.stderr);
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
    return {
      async play(scene: string, connection: object = {}, given: object = {}): Promise<Message> {
        child.stdin.write(`${JSON.stringify({ scene, connection, ...given })}\n`);
        const { value, done } = await answers.next();
        if (done) throw new Error(await said);
        const { result, messages } = JSON.parse(value);
        // What never changes is no message.
        expect(messages.length > 0, scene).to.equal(scene !== "definition");
        for (const message of messages)
          expect(validateMessage(message), JSON.stringify(message)).to.include({ ok: true });
        return result;
      },
      async end(): Promise<void> {
        child.stdin.end();
        expect(await said).to.equal("");
      },
    };
  };
  let long: ReturnType<typeof startHost>;
  /** In the host that lives for all specs. */
  const play: typeof long.play = (...scene) => long.play(...scene);
  /** In a host of its own, where its processes are counted or its environment is another. */
  const playAlone = async (
    scene: string,
    connection: object = {},
    { env, ...given }: { env?: Record<string, string>; text?: string; query?: string } = {},
  ): Promise<Message> => {
    const { play, end } = startHost(env);
    const result = await play(scene, connection, given);
    await end();
    return result;
  };
  const nowhere = { BEDROCK_MODEL_SERVE: "/nowhere/bedrock-model serve" };
  const local = (changes = {}) => localConfig(emulator.url, changes);
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

  it("answers what never changes from its files, without a process, as one object that the host may write to", async () => {
    const { source, destination, same, listed, processes } = await playAlone("definition");
    const connector = new AwsBedrockModel();
    for (const [side, { meta, spec }] of [
      ["source", source],
      ["destination", destination],
    ] as const) {
      const { icon, ...data } = meta.data;
      expect({ ...data, icon: "icon.svg" }).to.deep.equal(connector.metaData(side).data);
      const image = Buffer.from(icon.replace("data:image/svg+xml;base64,", ""), "base64").toString();
      expect(image).to.equal(await readFile("src/cli/ruby/icon.svg", "utf8"));
      expect(validate("ConnectorSpecification", spec)).to.include({ ok: true });
      const { undouble_apostrophes, on_blank } = spec.connection_specification.properties;
      expect([undouble_apostrophes?.default, on_blank?.default]).to.deep.equal(
        side === "source" ? [undefined, undefined] : [true, "fail"],
      );
      const { connection_specification: _, ...beside } = spec;
      const { connection_specification: __, ...expected } = connector.spec(side).connector_spec;
      expect(beside).to.deep.equal(plain(expected));
    }
    expect({ same, processes }).to.deep.equal({ same: true, processes: 0 });
    // What the host's page is drawn from.
    for (const keys of Object.values(listed)) expect(keys).to.include("connection_specification");
  });

  it("is a source whose streams its user defines", async () => {
    const { catalog } = await new AwsBedrockModel().discover(null, "source");
    expect(catalog).to.include({ request_rate_limit: 600, request_rate_concurrency: 10 });
    for (const message of await play("source_discover", local()))
      expect(message).to.deep.equal({ type: "catalog", catalog: plain(catalog) });
  });

  it("discovers the catalog of the settings, and of any settings where the command is not there", async () => {
    const connector = new AwsBedrockModel();
    const [discovered, fallback] = await Promise.all([
      play("discover", local()),
      playAlone("discover", local(), { env: nowhere }),
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

  const query = '{"messages":[{"role":"user","content":[{"text":"Hello."}]}]}';

  it("reads and enriches", async () => {
    const [read, enriched] = await Promise.all([play("read", local(), { query }), play("enrich", local())]);
    expect(read.answer.map(({ type }: Message) => type)).to.deep.equal(["record"]);
    expect(read.list).to.equal(true);
    expect(enriched).to.deep.equal({ texts: ["a", "b"], success: 2 });
  });

  it("says in plain words why there is no answer, to the caller and to the host's log", async () => {
    const [based, bare] = await Promise.all([
      play("read", local(), { query: "Hello." }),
      playAlone("read", local(), { query: "Hello.", env: { BARE: "1" } }),
    ]);
    const name = "AWS:BEDROCK MODEL:READ:EXCEPTION";
    for (const { answer, list } of [based, bare]) {
      expect(list).to.equal(false);
      expect(answer).to.have.length(1);
      expect(answer[0].log).to.include({ name, level: "error" });
      expect(answer[0].log.message).to.match(/^invalid_body: The .* model\.query must be one JSON object/);
    }
    expect(based.heard).to.deep.equal([`${name} 1: ${based.answer[0].log.message}`]);
    expect(bare.heard).to.deep.equal([]);
  });

  it("gives a block the service's events as they came, then the whole answer, which it returns", async () => {
    const [streamed, plainly] = await Promise.all([
      play("stream", local({ is_stream: true }), { query }),
      play("stream", local(), { query }),
    ]);
    const { given, answer } = streamed;
    expect(given.at(-1)).to.deep.equal(answer);
    const events = given.slice(0, -1);
    for (const messages of events) expect(messages).to.have.length(1);
    const written = events.map(([event]: Message[]) => event?.contentBlockDelta?.delta?.text ?? "").join("");
    expect(written).to.have.length.greaterThan(10);
    expect(answer[0].output.message.content[0].text).to.equal(written);
    expect(plainly.given).to.deep.equal([]);
    expect(plainly.answer).to.have.length(1);
  });

  it("gives a block an answer that the ledger has as one piece", async () => {
    const settings = local({ is_stream: true, ledger: join(folder, "streamed.ndjson") });
    const first = await play("stream", settings, { query });
    const again = await play("stream", settings, { query });
    expect(first.given.length).to.be.above(2);
    expect(again.given).to.deep.equal([first.answer]);
  });

  it("answers an agent of the host where it looks", async () => {
    const messages = [{ role: "user", content: "The parcel came late." }];
    const agent = { model: "anthropic.claude", system: "Be brief.", messages, max_tokens: 50 };
    const { answer } = await play("read", local(), { query: JSON.stringify(agent) });
    expect(answer[0].record.data.choices[0].message.content).to.contain("parcel");
  });

  it("answers the model calls of a host that hands over a parsed payload", async () => {
    const keys = ["output", "stopReason", "usage", "metrics"];
    const answers = await play("run_model", local(), { query });
    expect(answers).to.have.length(2);
    for (const answer of answers) expect(keys).to.include.members(answer);
  });

  it("sends single apostrophes where the host has doubled them, and others as they are", async () => {
    const sent = async (text: string, changes = {}) => {
      const { logs } = await play("row", local({ log_payloads: true, ...changes }), { text });
      return JSON.parse(logs[0].message).request;
    };
    expect(await sent("It''s O''Brien")).to.contain("It's O'Brien");
    expect(await sent("it's ''quoted''")).to.contain("it's ''quoted''");
    expect(await sent("It''s", { undouble_apostrophes: false })).to.contain("It''s");
    // A cleared field, or a variable of the host that is not set.
    for (const empty of ["", null])
      expect(await sent("It''s", { undouble_apostrophes: empty })).to.contain("It's");
  });

  it("sends nothing where every row would be the same request, and puts remarks where the host shows them", async () => {
    const { billed } = emulator.stats();
    const constant = { request_format: '{"messages":[{"role":"user","content":[{"text":"Hi."}]}]}' };
    const refused = await play("row", local(constant), { text: "a" });
    expect(refused).to.include({ success: 0, failed: 1 });
    expect(JSON.parse(refused.logs[0].message).response).to.match(/invalid_config.*reads no {{ column }}/);
    expect(emulator.stats().billed).to.equal(billed);
    const blank = await play("row", local(), { text: " " });
    expect(blank).to.include({ success: 0, failed: 1 });
    expect(JSON.parse(blank.logs[0].message).response).to.match(/^failed \(blank_row, billed: no\)/);
    expect(emulator.stats().billed).to.equal(billed);
    const remarked = await play("row", local({ modle_id: "x" }), { text: "a" });
    expect(JSON.parse(remarked.logs[0].message).response).to.match(/enriched.*, remarks: .*modle_id/);
  });

  it("gives a forked process a serve of its own and leaves the parent's alone", async () => {
    expect(await playAlone("fork", local())).to.deep.equal({
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

  it("asks the ledger what became of the rows of a serve that died", async () => {
    const { lost } = await play("death", localConfig(slow.url, { ledger: join(folder, "ledger.jsonl") }));
    expect(lost).to.include({ success: 0, failed: 1 });
    expect(JSON.parse(lost.logs[0].message).response).to.match(/^held \(outcome_unknown, billed: unknown\)/);
  });

  describe("with one ledger in PostgreSQL", () => {
    let postgres: Database | string;
    before(async function () {
      postgres = await openDatabase();
      if (typeof postgres === "string") this.skip();
    });
    after(async () => {
      if (typeof postgres === "object") await postgres.stop();
    });
    const ledger = () => (postgres as Database).connectionString.replace("postgresql:", "postgres:");
    const query = (sql: string) => (postgres as Database).query(sql);

    it("has two host processes with the same rows pay once for each", async () => {
      const { billed } = emulator.stats();
      const config = local({ ledger: ledger(), max_concurrency: 8 });
      const both = await Promise.all([playAlone("threads", config), playAlone("threads", config)]);
      expect(both.map(({ success }) => success)).to.deep.equal([8, 8]);
      expect(emulator.stats().billed - billed).to.equal(8);
      expect(await query("SELECT count(*)::int FROM bedrock_ledger WHERE state = 'received'")).to.deep.equal([
        { count: 8 },
      ]);
    });

    it("holds the rows of a serve that died, once its lease has ended", async () => {
      const playing = play("death", localConfig(slow.url, { ledger: ledger() }));
      const [{ pid } = { pid: 0 }] = await rowsOnceThere("SELECT split_part(worker, '@', 1)::int AS pid");
      while (isAlive(Number(pid))) await delay(5);
      await query("UPDATE bedrock_ledger SET lease_until = now() WHERE state = 'intent'");
      const { lost, again } = await playing;
      expect(lost).to.include({ success: 0, failed: 1 });
      expect(JSON.parse(lost.logs[0].message).response).to.match(
        /^held \(outcome_unknown, billed: unknown\)/,
      );
      expect(again).to.equal(1);
    });

    const rowsOnceThere = async (select: string) => {
      for (;;) {
        const rows = await query(`${select} FROM bedrock_ledger WHERE state = 'intent'`).catch(() => []);
        if (rows.length > 0) return rows;
        await delay(5);
      }
    };
  });

  it("takes back the rows of a thread that was killed", async () => {
    const { billed } = slow.stats();
    const config = localConfig(slow.url, { max_concurrency: 1 });
    expect(await play("killed_thread", config)).to.deep.equal({ after: 1 });
    // The call that was open, and the row afterwards.
    expect(slow.stats().billed - billed).to.equal(2);
  });

  it("tries a missing command once, says so once, and fails the other rows at once", async () => {
    const { logs, ...rest } = await playAlone("rows", local(), { env: nowhere });
    const [log = ""] = logs;
    const { response } = JSON.parse(log);
    expect(response).to.match(
      /^\/nowhere\/bedrock-model cannot be started \(Errno::ENOENT\); .*BEDROCK_MODEL_SERVE/,
    );
    expect({ distinct: logs.length, ...rest }).to.deep.equal({
      distinct: 1,
      count: 100,
      attempts: 1,
      heard: [`AWS:BEDROCK MODEL:WRITE:EXCEPTION : ${response}`],
      checked: response,
      // A person who asks has perhaps just installed it.
      attempts_then: 2,
    });
  });

  it("does the same with a command that ends at once, and names how it ended", async () => {
    const ends = `${process.execPath} -e "process.exit(3)"`;
    const { logs, attempts } = await playAlone("rows", local(), { env: { BEDROCK_MODEL_SERVE: ends } });
    expect(attempts).to.equal(1);
    for (const log of logs)
      expect(JSON.parse(log).response).to.match(
        /ended before its first answer \(exit code 3\); .*BEDROCK_MODEL_SERVE/,
      );
  });

  it("names the setting when the command is not there, also without quoting the row", async () => {
    const tracking = await playAlone("row", local(), { env: nowhere, text: "hush-hush" });
    expect(tracking).to.include({ success: 0, failed: 1 });
    expect(JSON.parse(tracking.logs[0].message).response).to.equal(
      "/nowhere/bedrock-model cannot be started (Errno::ENOENT); install the package on this machine, or set " +
        'BEDROCK_MODEL_SERVE to its command, such as "node /path/to/dist/cli/main.js serve"',
    );
    expect(JSON.stringify(tracking)).not.to.contain("hush-hush");
  });
});
