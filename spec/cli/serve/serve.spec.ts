import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { serveLines } from "../../../src/cli/serve/serve-lines.js";
import { AwsBedrockModel, inspectLedger } from "../../../src/index.js";
import { useBedrock, withBedrock } from "../../support/bedrock.js";
import { withGate } from "../../support/gate.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";
import { endLeftovers, finished, type Message, said, startCli } from "../run-cli.js";

const line = (id: unknown, hook: string, ...args: unknown[]): string =>
  `${JSON.stringify({ id, hook, args })}\n`;

/** Serves these lines in this process. `take` is called with every line of output, and may make serve wait. */
const serveTo = async (
  lines: (string | Buffer)[],
  take: (text: string) => void | Promise<void>,
): Promise<void> => {
  const output = new Writable({
    write: (chunk, _encoding, done) => void Promise.resolve(take(String(chunk))).then(() => done()),
  });
  const input = Readable.from(lines.map((text) => Buffer.from(text as string)));
  await serveLines(new AwsBedrockModel(), { input, output, signal: new AbortController().signal });
};

/** What is answered to these lines, in the order of the answers. */
const answersTo = async (...lines: (string | Buffer)[]): Promise<Message[]> => {
  const answers: Message[] = [];
  await serveTo(lines, (text) => void answers.push(JSON.parse(text)));
  return answers;
};

describe("serve", () => {
  const emulator = useBedrock();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "serve-"));
  });
  afterEach(endLeftovers);
  after(async () => {
    await rm(folder, { recursive: true });
  });
  const local = (changes = {}) => syncConfig(localConfig(emulator.url, changes));

  it("does not read a line that is too long, says so to its id, and goes on with the next", async () => {
    const piece = Buffer.alloc(1_000_000, "x");
    const lines = [
      Buffer.from('{"id":7,"hook":"write","args":["'),
      ...Array<Buffer>(70).fill(piece),
      Buffer.from('"]}\n'),
    ];
    const [refused, answered] = await answersTo(...lines, line(8, "spec"));
    expect(refused).to.deep.equal({
      id: 7,
      error: {
        code: "line_too_long",
        message: "Line 1 is longer than 64 MB and was not read. Send its records in several requests.",
      },
    });
    expect(answered?.id).to.equal(8);
  });

  it("answers every hook on one line with the hook's own message", async () => {
    const connector = new AwsBedrockModel();
    const config = localConfig(emulator.url);
    const answers = await answersTo(
      line(1, "meta_data"),
      line("two", "spec"),
      line(3, "check_connection", config),
      line(4, "discover", config),
    );
    const byId = new Map(answers.map(({ id, message }) => [id, message]));
    expect(byId.get(1)).to.deep.equal(connector.metaData());
    expect(byId.get("two")).to.deep.equal(JSON.parse(JSON.stringify(connector.spec())));
    expect(byId.get(3).connection_status.status).to.equal("succeeded");
    expect(byId.get(4)).to.deep.equal(JSON.parse(JSON.stringify(await connector.discover(config))));
  });

  it("answers write and read on one line each", async () => {
    const query = '{"messages":[{"role":"user","content":[{"text":"Hello."}]}]}';
    const source = { source: { connection_specification: localConfig(emulator.url) }, model: { query } };
    const [first, second] = (
      await answersTo(line(1, "write", local(), [{ text: "Fine." }], "create"), line(2, "read", source))
    ).sort((a, b) => a.id - b.id);
    expect(first.message.tracking).to.include({ success: 1, failed: 0 });
    expect(second.message.map(({ type }: Message) => type)).to.deep.equal(["record"]);
  });

  it("answers read with one line to a host that takes events, where the settings do not stream", async () => {
    const query = { messages: [{ role: "user", content: [{ text: "Hello." }] }] };
    const source = { source: { connection_specification: localConfig(emulator.url) }, model: { query } };
    const answers = await answersTo(line(1, "read", source, { stream: true }));
    expect(answers.map(({ more, message }) => [more, message.length])).to.deep.equal([[undefined, 1]]);
  });

  it("sends the events of a streamed answer as lines before it", async () => {
    const query = { messages: [{ role: "user", content: [{ text: "Hello." }] }] };
    const settings = localConfig(emulator.url, { is_stream: true });
    const source = { source: { connection_specification: settings }, model: { query } };
    const answers = await answersTo(line("s", "read", source, { stream: true }));
    const events = answers.slice(0, -1);
    expect(events.map(({ id, more, message }) => [id, more, message.type])).to.deep.equal(
      events.map(() => ["s", true, "record"]),
    );
    expect(events.map(({ message }) => Object.keys(message.record.data)[0])).to.include("contentBlockDelta");
    const last = answers.at(-1) as Message;
    expect(last).to.not.have.property("more");
    expect(last.message).to.have.nested.property("[0].record.data.stopReason", "end_turn");
    // A host that does not ask for them gets none.
    expect(await answersTo(line(2, "read", source))).to.have.length(1);
  });

  it("answers preview on one line with what a run would cost, and calls no model", async () => {
    const { requests } = emulator.stats();
    const args = [localConfig(emulator.url), [{ text: "One." }, { text: "Two." }], { rows: 1 }];
    const [{ message }] = await answersTo(line(1, "preview", ...args));
    expect(message.rows).to.include({ received: 2, to_send: 2 });
    expect(message.samples).to.have.lengthOf(1);
    expect(message.cost_usd.low).to.be.above(0);
    expect(emulator.stats().requests).to.equal(requests);
  });

  it("streams enrich: a line with more for every record, in order, and a tracking message without", async () => {
    const rows = ["one", "two", "three"].map((text, id) => ({ id, text }));
    const answers = await answersTo(line(7, "enrich", local(), rows));
    expect(answers.map(({ id, more }) => [id, more])).to.deep.equal([
      [7, true],
      [7, true],
      [7, true],
      [7, undefined],
    ]);
    expect(answers.slice(0, 3).map(({ message }) => message.record.data.id)).to.deep.equal([0, 1, 2]);
    expect(answers[3].message.tracking.success).to.equal(3);
  });

  it("shares one limit among all requests of the process", async () => {
    await withBedrock({ latencyMs: 200 }, async (slow) => {
      const config = syncConfig(localConfig(slow.url, { max_concurrency: 2 }));
      const lines = Array.from({ length: 8 }, (_, id) =>
        line(id, "write", config, [{ text: `limited ${id}` }]),
      );
      const answers = await answersTo(...lines);
      expect(answers.map(({ message }) => message.tracking.success)).to.deep.equal(Array(8).fill(1));
      expect(slow.stats().most_in_flight).to.equal(2);
    });
  });

  const secret = "hush-hush";
  for (const [what, text, id, code] of [
    ["is not JSON", `{"id":1,"hook":"write","args":["${secret}"\n`, null, "malformed_line"],
    ["is not UTF-8", Buffer.from([0xff, 0x7b, 0x7d, 0x0a]), null, "malformed_line"],
    ["is not an object", `["${secret}"]\n`, null, "malformed_line"],
    ["has no id", `{"hook":"spec","args":["${secret}"]}\n`, null, "malformed_line"],
    ["has an id past 2^53", `{"id":9007199254740993,"hook":"spec"}\n`, null, "malformed_line"],
    ["has an id past all numbers", `{"id":1e999,"hook":"spec"}\n`, null, "malformed_line"],
    ["has an id with decimals", `{"id":0.1234567890123456789,"hook":"spec"}\n`, null, "malformed_line"],
    ["names no hook", line(5, "wriet", secret), 5, "unknown_hook"],
    ["names a property of every object", line(5, "constructor", secret), 5, "unknown_hook"],
    ["has args that are no array", `{"id":5,"hook":"spec","args":"${secret}"}\n`, 5, "bad_request"],
    ["is too deep", `{"id":5,"hook":"spec","args":${"[".repeat(9e3)}${"]".repeat(9e3)}}\n`, 5, "bad_request"],
    ["streams what is no list", line(5, "enrich", {}, secret), 5, "bad_request"],
    ["previews what is no list", line(5, "preview", {}, secret), 5, "bad_request"],
  ] as const) {
    it(`refuses a line that ${what}, quotes none of it, and goes on`, async () => {
      const [refused, next] = await answersTo(text, line(6, "discover"));
      expect(refused).to.have.keys("id", "error");
      expect([refused.id, refused.error.code]).to.deep.equal([id, code]);
      expect(JSON.stringify(refused)).not.to.contain(secret);
      expect(next.message.type).to.equal("catalog");
    });
  }

  it("answers the largest whole numbers and any text with the id that was sent, and advises text for the rest", async () => {
    const ids = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, "9007199254740993"];
    const answers = await answersTo(...ids.map((id) => line(id, "discover")));
    expect(answers.map(({ id }) => id)).to.have.members(ids);
    const [refused] = await answersTo('{"id":9007199254740993,"hook":"spec"}');
    expect(refused.error.message).to.include("line 1").and.to.include("send it as text");
  });

  it("skips blank lines and takes the last line without a line break", async () => {
    expect(await answersTo("\r\n", "  \n", line(1, "discover").trim())).to.have.lengthOf(1);
  });

  it("writes no character that a reader could take for the end of a line", async () => {
    const row = { text: "a\u2028b\u2029c" };
    let text = "";
    await serveTo([line(1, "write", local(), [row])], (chunk) => {
      text += chunk;
    });
    expect(text).not.to.match(/[\u2028\u2029]/);
    expect(JSON.parse(text).message.tracking.meta.records[0].text).to.equal(row.text);
  });

  it("cancels one request and no other", async () => {
    await withBedrock({ latencyMs: 40 }, async (stalled) => {
      const config = syncConfig(localConfig(stalled.url, { max_concurrency: 1 }));
      const rows = Array.from({ length: 5 }, (_, id) => ({ text: `cancelled ${id}` }));
      const answers = await answersTo(
        line(1, "write", config, rows),
        line(2, "write", config, [{ text: "goes on" }]),
        line(3, "cancel", 1),
        line(4, "cancel", "nobody"),
      );
      const byId = new Map(answers.map(({ id, message }) => [id, message]));
      expect([byId.get(3), byId.get(4)]).to.deep.equal([{ cancelled: true }, { cancelled: false }]);
      expect(byId.get(1).tracking.meta.summary).to.include({ received: 5 });
      expect(byId.get(1).tracking.meta.summary.not_sent).to.be.greaterThan(0);
      expect(byId.get(2).tracking.success).to.equal(1);
    });
  });

  it("refuses the id of an open request without touching it", async () => {
    const answers = await answersTo(line(1, "write", local(), [{ text: "first" }]), line(1, "discover"));
    expect(answers.map(({ id, error, message }) => [id, error?.code ?? message.type])).to.have.deep.members([
      [null, "id_in_use"],
      [1, "tracking"],
    ]);
  });

  it("takes no more rows than its reader keeps up with", async () => {
    await withBedrock({}, async (counting) => {
      const rows = Array.from({ length: 600 }, (_, id) => ({ text: `unread ${id}` }));
      const config = syncConfig(localConfig(counting.url, { requests_per_minute: "60000" }));
      const whenIdle = async (): Promise<void> => {
        while (counting.stats().answered < 200 || counting.stats().in_flight > 0) await setImmediate();
      };
      let answered = 0;
      let lines = 0;
      await serveTo([line(1, "enrich", config, rows)], async () => {
        lines += 1;
        if (lines > 1) return;
        await whenIdle();
        answered = counting.stats().answered;
      });
      expect(answered).to.be.within(200, 450);
      expect(lines).to.equal(601);
    });
  });

  describe("as a process", () => {
    const rows = Array.from({ length: 3 }, (_, id) => ({ text: `row ${id}` }));

    it("answers what is open when its input ends, exits with 0, and says nothing else", async () => {
      const child = startCli(["serve"]);
      child.stdin.end(`nonsense\n${line(1, "write", local(), rows)}`);
      const { code, stderr, messages } = await finished(child);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(messages().map(({ id, message }) => [id, message?.tracking.success])).to.deep.equal([
        [null, undefined],
        [1, 3],
      ]);
    });

    it("lets calls in flight finish on SIGTERM, answers the rest as not sent, and exits with 0", async () => {
      await withGate(emulator, async (gate) => {
        const child = startCli(["serve"]);
        child.stdin.write(line(1, "write", syncConfig(localConfig(gate.url, { max_concurrency: 1 })), rows));
        await gate.reached();
        child.kill("SIGTERM");
        const ended = finished(child);
        await said(child, "stopping");
        gate.open();
        const { code, stderr, messages } = await ended;
        expect(code).to.equal(0);
        expect(stderr).to.match(/^stopping: .*\n$/);
        const { summary } = messages()[0].message.tracking.meta;
        expect(summary).to.include({ received: 3, enriched: 1, not_sent: 2 });
      });
    });

    it("puts the answers of calls in flight into the ledger when the host has died", async () => {
      await withBedrock({ latencyMs: 300 }, async (slow) => {
        const ledger = join(folder, "ledger.jsonl");
        const config = syncConfig(localConfig(slow.url, { ledger, max_concurrency: 1 }));
        const child = startCli(["serve"]);
        child.stdin.write(line(1, "enrich", config, rows));
        while (slow.stats().in_flight === 0) await setImmediate();
        child.stdout.destroy();
        child.stdin.end();
        const [code] = await once(child, "exit");
        expect(code).to.equal(0);
        const report = await inspectLedger(ledger);
        expect(report).to.include({ received: slow.stats().billed, unknown: 0 });
      });
    });
  });
});
