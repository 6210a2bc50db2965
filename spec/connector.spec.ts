import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { Ajv } from "ajv";
import { expect } from "chai";
import { AwsBedrockModel, type Hooks, type RecordMessage, type TrackedMessage } from "../src/index.js";
import { useBedrock } from "./support/bedrock.js";
import { startServer } from "./support/http-server.js";
import { validateMessage } from "./support/protocol.js";
import { type Row, rowsOf } from "./support/rows.js";
import { localConfig, syncConfig } from "./support/sync-config.js";

describe("AwsBedrockModel", () => {
  const bedrock = useBedrock();
  const connector: Hooks = new AwsBedrockModel();
  const connection = (changes: Record<string, unknown> = {}) => localConfig(bedrock.url, changes);
  const write = (records: readonly unknown[], changes?: Record<string, unknown>) =>
    connector.write(syncConfig(connection(changes)), records, "destination_insert");
  const logTexts = ({ tracking }: TrackedMessage) => tracking.logs?.map(({ message }) => JSON.parse(message));

  const accepted = (message: unknown): void => {
    const verdict = validateMessage(message);
    expect(verdict.ok, JSON.stringify(verdict)).to.equal(true);
  };

  describe("metaData", () => {
    it("has every key that the host reads, and the icon that it names", () => {
      const { data } = connector.metaData();
      const keys =
        "name title connector_type category sub_category documentation_url github_issue_label icon license " +
        "release_stage support_level tags";
      expect(data).to.have.all.keys(keys.split(" "));
      expect(data).to.include({
        name: "AwsBedrockModel",
        category: "AI Model",
        sub_category: "LLM",
        icon: "icon.svg",
      });
      expect(readFileSync(new URL(`../src/cli/ruby/${data.icon}`, import.meta.url), "utf8")).to.match(
        /^<svg /,
      );
    });
  });

  describe("spec", () => {
    it("is a message that the host accepts, with what the host reads", () => {
      const message = connector.spec();
      accepted(message);
      expect(message.connector_spec).to.deep.include({
        stream_type: "static",
        connector_query_type: "ai_ml",
        supported_destination_sync_modes: ["insert"],
      });
      expect(message.connector_spec.connection_specification.$schema).to.equal(
        "http://json-schema.org/draft-07/schema#",
      );
    });
  });

  describe("as a source", () => {
    const upstreams = {
      ...{ access_key: "AKIAIOSFODNN7EXAMPLE", secret_access_key: "x", region: "us-east-1" },
      ...{ model_id: "amazon.titan-text-express-v1", inference_profile: "" },
      ...{ request_format: '{"inputText":"{{ parcel }} {% if %}"}', response_format: "see the docs" },
    };

    it("is what its user defines the streams of, with a form that has nothing of rows", async () => {
      const { connector_spec } = connector.spec("source");
      accepted(connector.spec("source"));
      accepted(await connector.discover(upstreams, "source"));
      expect(connector_spec).to.include({ stream_type: "user_defined", connector_query_type: "ai_ml" });
      expect(connector_spec).not.to.have.property("supported_destination_sync_modes");
      const { properties } = connector_spec.connection_specification as { properties: object };
      expect(properties).to.include.keys("model_id", "request_format", "response_format", "is_stream");
      expect(properties).not.to.have.any.keys("output_field", "undouble_apostrophes", "write_back_table");
      expect((await connector.discover(upstreams, "source")).catalog.streams).to.deep.equal([]);
    });

    it("takes every configuration of the upstream source", async () => {
      const valid = new Ajv({ strict: false, logger: false }).compile(
        connector.spec("source").connector_spec.connection_specification,
      );
      for (const changes of [
        {},
        { request_format: "" },
        { request_format: "prose" },
        { response_format: "{" },
      ]) {
        const config = connection({ ...upstreams, ...localConfig(""), endpoint: bedrock.url, ...changes });
        expect(valid(config), JSON.stringify(valid.errors)).to.equal(true);
        expect((await connector.checkConnection(config, "source")).connection_status).to.deep.equal({
          status: "succeeded",
        });
      }
    });
  });

  describe("checkConnection", () => {
    it("succeeds without calling the model", async () => {
      const before = bedrock.stats().requests;
      const message = await connector.checkConnection(connection());
      accepted(message);
      expect(message.connection_status).to.deep.equal({ status: "succeeded" });
      expect(bedrock.stats().requests).to.equal(before);
    });

    it("names settings that it does not know", async () => {
      const { connection_status } = await connector.checkConnection(connection({ favourite_colour: 3 }));
      expect(connection_status.status).to.equal("succeeded");
      expect(connection_status.message).to.contain("favourite_colour");
    });

    it("takes a setting that is nearly one of its own for a slip", async () => {
      const { connection_status } = await connector.checkConnection(connection({ max_concurency: 3 }));
      expect(connection_status.status).to.equal("failed");
      expect(connection_status.message).to.contain("did you mean max_concurrency");
    });

    for (const config of [undefined, null, 5, "x", [], true, {}, { request_format: 7 }, Object.create(null)])
      it(`answers ${JSON.stringify(config)} with a failed status`, async () => {
        const message = await connector.checkConnection(config);
        accepted(message);
        expect(message.connection_status.status).to.equal("failed");
      });
  });

  describe("discover", () => {
    it("answers offline, always the same, with what the host's threads need", async () => {
      const message = await connector.discover({ region: "nowhere" });
      accepted(message);
      expect(await connector.discover()).to.deep.equal(message);
      const { catalog } = message;
      expect(catalog.schema_mode).to.equal("schemaless");
      expect(catalog.request_rate_concurrency).to.be.at.least(50);
      expect(catalog.request_rate_limit).to.be.above(0);
      expect(catalog.streams).to.have.length(1);
      expect(catalog.streams[0]).to.deep.include({
        action: "create",
        batch_support: false,
        supported_sync_modes: ["incremental"],
      });
    });
  });

  describe("write", () => {
    it("returns one tracking message: counts, logs and records, one for each input, in order", async () => {
      const message = await write([
        { id: 1, text: "I love it." },
        { id: 2 },
        true,
        null,
        { id: 5, text: "Bad." },
      ]);
      accepted(message);
      expect(message.tracking).to.include({ success: 2, failed: 3 });
      const rows = rowsOf(message);
      expect(rows.map(({ _bedrock }) => _bedrock.error?.code ?? _bedrock.status)).to.deep.equal([
        "enriched",
        "missing_column",
        "not_an_object",
        "not_an_object",
        "enriched",
      ]);
      expect(rows[0]).to.include({ id: 1, text: "I love it." });
      expect(rows[0]?.completion).to.be.a("string").that.is.not.empty;
      expect(rows[1]).to.include({ id: 2, completion: null });
      expect(rows[2]).to.include({ value: true, completion: null });
      for (const log of logTexts(message) ?? []) expect(log).to.have.all.keys("request", "response", "level");
      expect(message.tracking.logs).to.have.length(5);
    });

    it("gives `_bedrock` the same keys for good and bad rows", async () => {
      const [good, bad] = rowsOf(await write([{ text: "Fine." }, {}]));
      expect(Object.keys(good?._bedrock ?? {})).to.deep.equal(Object.keys(bad?._bedrock ?? {}));
      expect(Object.keys(good?._bedrock ?? {})).to.deep.equal([
        "status",
        "model",
        "stop_reason",
        "truncated",
        "input_tokens",
        "output_tokens",
        "cost_usd",
        "latency_ms",
        "attempts",
        "billed",
        "request_id",
        "usage",
        "guardrail",
        "repaired",
        "remarks",
        "error",
      ]);
    });

    it("answers no records with an empty tracking message, without a call", async () => {
      const before = bedrock.stats().requests;
      const message = await write([]);
      accepted(message);
      expect(message.tracking).to.deep.include({ success: 0, failed: 0, logs: [] });
      expect(bedrock.stats().requests).to.equal(before);
    });

    it("sends no row that fails before the call", async () => {
      const before = bedrock.stats().requests;
      await write([{}, 5, "text", [], { text: { deep: 1 } }].slice(0, 4));
      expect(bedrock.stats().requests).to.equal(before);
    });

    it("answers a broken configuration with a tracking message in which no row was sent", async () => {
      for (const config of [undefined, {}, connection({ region: "" }), connection({ request_format: "{" })]) {
        const message = await connector.write(syncConfig(config), [{ text: "a" }, { text: "b" }]);
        accepted(message);
        expect(message.tracking).to.include({ success: 0, failed: 2 });
        for (const { _bedrock } of rowsOf(message))
          expect(_bedrock).to.deep.include({ status: "not_sent", attempts: 0, billed: "no" });
        expect(() => logTexts(message)).not.to.throw();
      }
    });

    for (const config of [undefined, null, 5, "x", [], { destination: null }])
      it(`never throws: sync config ${JSON.stringify(config)}`, async () => {
        const message = await connector.write(config, [{ text: "a" }]);
        accepted(message);
        expect(message.tracking).to.include({ success: 0, failed: 1 });
      });

    it("replaces an input column of the same name as an output column", async () => {
      const [good, bad] = rowsOf(await write([{ text: "Fine.", completion: "old" }, { completion: "old" }]));
      expect(good?.completion).to.be.a("string").that.does.not.equal("old");
      expect(bad?.completion).to.equal(null);
    });

    it("leaves the record that it was given untouched", async () => {
      const record = Object.freeze({ text: "Fine." });
      await write([record]);
      expect(record).to.deep.equal({ text: "Fine." });
    });

    it("tells an answer that the token limit cut off", async () => {
      const request_format =
        '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}],"inferenceConfig":{"maxTokens":2}}';
      const [row] = rowsOf(await write([{ text: "A long story about many things." }], { request_format }));
      expect(row?._bedrock).to.include({ status: "enriched", truncated: true, stop_reason: "max_tokens" });
    });

    it("undoes doubled apostrophes in what the model reads, and only there", async () => {
      const changes = { undouble_apostrophes: true, log_payloads: true };
      const message = await write([{ text: "O''Brien isn''t here" }], changes);
      expect(logTexts(message)?.[0].request).to.contain("O'Brien isn't here");
      expect(rowsOf(message)[0]?.text).to.equal("O''Brien isn''t here");
    });

    it("leaves a date a date where it undoes doubled apostrophes", async () => {
      const request_format = '{"messages":[{"role":"user","content":[{"text":"{{ text }} {{ seen.at }}"}]}]}';
      const row = { text: "It''s", seen: { at: new Date(Date.UTC(2026, 10, 24)) } };
      const sent = async (undouble_apostrophes: boolean): Promise<string> =>
        logTexts(await write([row], { request_format, undouble_apostrophes, log_payloads: true }))?.[0]
          .request;
      expect(await sent(true))
        .to.contain("2026")
        .and.equal((await sent(false)).replace("It''s", "It's"));
    });

    const unanswered: [reason: string, code: string, changes: Record<string, unknown>][] = [
      ["refusal", "refused", {}],
      ["content_filtered", "content_filtered", {}],
      ["content_filter", "content_filtered", {}],
      ["guardrail_intervened", "guardrail_intervened", {}],
      [
        "ERROR_TOXIC",
        "content_filtered",
        { model_id: "cohere.command-text-v14", request_format: '{"prompt":"{{ text }}"}' },
      ],
    ];
    for (const [reason, code, changes] of unanswered)
      it(`tells an answer that was not given: ${reason}`, async () => {
        bedrock.setFaults([{ kind: "stop", reason, text: "" }]);
        const [row] = rowsOf(await write([{ text: `About ${reason}.` }], changes));
        bedrock.setFaults([]);
        expect(row?._bedrock).to.deep.include({ status: "failed", billed: "yes" });
        expect(row?._bedrock.error).to.have.property("code", code);
      });

    it("fills the columns that the response format names", async () => {
      const response_format =
        '{"output":{"message":{"content":[{"text":"{{ summary }}"}]}},"stopReason":"{{ ending }}","usage":{"totalTokens":"{{ tokens }}"}}';
      const [row, failed] = rowsOf(await write([{ text: "Fine." }, {}], { response_format }));
      expect(row?.summary).to.be.a("string");
      expect(row?.ending).to.equal("end_turn");
      expect(row?.tokens).to.be.a("number");
      expect(failed).to.include({ summary: null, ending: null, tokens: null });
      expect(row).not.to.have.property("completion");
    });

    it("takes the model's family from model_id where the profile hides it", async () => {
      const server = await startServer((_, response) =>
        response.end('{"outputs":[{"text":"Hi","stop_reason":"stop"}]}'),
      );
      const changes = {
        endpoint: server.url,
        model_id: "mistral.mistral-large-2402-v1:0",
        inference_profile: "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        request_format: '{"prompt":"{{ text }}"}',
        log_payloads: true,
      };
      const message = await write([{ text: "hello" }], changes);
      await server.close();
      expect(rowsOf(message)[0]).to.deep.include({ completion: "Hi" });
      expect(logTexts(message)?.[0].request).to.equal('{"prompt":"<s>[INST] hello [/INST]"}');
    });

    it("keeps row values and secrets out of logs, errors and statuses unless payloads are asked for", async () => {
      const canary = "canary-7c1f-row-value";
      const secret = "canary-secret-8d2e";
      const results = [
        await write([{ text: canary }, { [`x${canary}`]: 1 }, canary]),
        await write([{ text: canary }], { secret_access_key: secret }),
        await write([{ text: canary }], { request_format: `{"messages":"${secret}{{ text }}"}` }),
        await write([{ text: canary }], { region: secret, access_key: secret, session_token: secret }),
      ];
      for (const { tracking } of results) {
        expect(JSON.stringify(tracking.logs)).not.to.contain("canary-");
        expect(JSON.stringify(tracking.meta?.summary)).not.to.contain("canary-");
        for (const { _bedrock } of rowsOf({ tracking }))
          expect(JSON.stringify(_bedrock)).not.to.contain("canary-");
      }
      const status = await connector.checkConnection(
        connection({ region: secret, endpoint: secret, api_key: secret }),
      );
      expect(JSON.stringify(status)).not.to.contain(secret);
      expect(
        JSON.stringify((await write([{ text: canary }], { log_payloads: true })).tracking.logs),
      ).to.contain(canary);
    });

    it("writes logs that PostgreSQL and Ruby take, whatever the row holds", async () => {
      const text = `nul \u0000 lone \ud83d surrogate ${"𝔘".repeat(30_000)}`;
      const message = await write([{ text }], { log_payloads: true });
      const [log] = logTexts(message) ?? [];
      expect(log.request).to.contain("surrogate");
      expect(log.request).not.to.contain("\u0000");
      expect(log.request.isWellFormed()).to.equal(true);
      expect(log.request).to.have.length(20_000);
    });

    it("writes logs that PostgreSQL takes, whatever the service answers", async () => {
      const server = await startServer((_, response) => response.end("nul \u0000 it"));
      const [log] =
        logTexts(await write([{ text: "Hi." }], { endpoint: server.url, log_payloads: true })) ?? [];
      await server.close();
      expect(log.response).to.equal("nul  it");
    });

    it("keeps the limit of calls at once over many threads of a host", async () => {
      let most = 0;
      let open: (() => void)[] = [];
      let answered = 0;
      const server = await startServer((request, response) => {
        request.resume();
        open.push(() => response.end('{"output":{"message":{"content":[{"text":"ok"}]}}}'));
        most = Math.max(most, open.length);
        answered++;
        // The first call goes ahead alone.
        if (open.length < 4 && answered > 1 && answered < 61) return;
        const waiting = open;
        open = [];
        for (const answer of waiting) setImmediate(answer);
      });
      const config = syncConfig(connection({ endpoint: server.url, max_concurrency: 4 }));
      const threads = Array.from({ length: 61 }, (_, id) =>
        new AwsBedrockModel().write(config, [{ id, text: `mail ${id}` }]),
      );
      const messages = await Promise.all(threads);
      await server.close();
      expect(messages.map((message) => rowsOf(message)[0]?.id)).to.deep.equal(
        Array.from({ length: 61 }, (_, id) => id),
      );
      expect(most).to.equal(4);
    });
  });

  describe("read", () => {
    const source = (query: unknown, changes: Record<string, unknown> = {}) =>
      syncConfig(undefined, {
        source: { name: "AwsBedrockModel", type: "source", connection_specification: connection() },
        model: { name: "m", query, query_type: "ai_ml", primary_key: "id" },
        ...changes,
      });
    const payload = '{"messages":[{"role":"user","content":[{"text":"I love it."}]}]}';

    it("dates its message in seconds, as the host does", async () => {
      const before = Math.floor(Date.now() / 1000);
      const [message] = (await connector.read(source(payload))) as RecordMessage[];
      expect(message?.record.emitted_at).to.be.within(before, Math.floor(Date.now() / 1000));
    });

    it("sends the payload and returns the whole response as one record message", async () => {
      const messages = (await connector.read(source(payload))) as RecordMessage[];
      expect(messages).to.have.length(1);
      accepted(messages[0]);
      expect(messages[0]?.record.data).to.have.nested.property("output.message.content[0].text");
    });

    it("ends a sync: nothing at a positive offset, and no call", async () => {
      const before = bedrock.stats().requests;
      expect(await connector.read(source(payload, { offset: 1 }))).to.deep.equal([]);
      expect(bedrock.stats().requests).to.equal(before);
    });

    for (const query of ["", "[]", "{", '{"messages":5}', undefined])
      it(`answers the payload ${JSON.stringify(query)} with one log message`, async () => {
        const message = await connector.read(source(query));
        accepted(message);
        expect(message).to.have.property("type", "log");
      });

    it("answers a broken configuration with one log message", async () => {
      const message = await connector.read(syncConfig(undefined, { source: null }));
      accepted(message);
      expect(message).to.have.nested.property("log.level", "error");
    });

    it("wraps a response that is not an object", async () => {
      const server = await startServer((_, response) => response.end("[1,2]"));
      const config = { ...connection(), endpoint: server.url };
      const messages = await connector.read(
        source(payload, { source: { name: "s", type: "source", connection_specification: config } }),
      );
      await server.close();
      expect(messages).to.have.nested.property("[0].record.data.value").that.deep.equals([1, 2]);
    });

    it("is not held to the request format, which it does not send", async () => {
      const config = { ...connection(), max_tokens_total: 100_000 };
      const limited =
        '{"inferenceConfig":{"maxTokens":20},"messages":[{"role":"user","content":[{"text":"Hi."}]}]}';
      const messages = await connector.read(
        source(limited, { source: { name: "s", type: "source", connection_specification: config } }),
      );
      expect(messages).to.have.nested.property("[0].type", "record");
    });

    const from = (settings: Record<string, unknown>, query: unknown = payload) =>
      source(query, { source: { name: "s", type: "source", connection_specification: settings } });

    it("says in plain words what went wrong, as upstream does", async () => {
      const message = await connector.read(source("{"));
      expect(message)
        .to.have.nested.property("log.message")
        .that.matches(/^invalid_body: .*model\.query must/);
    });

    it("takes the body as an object, which is what upstream's run_model is given", async () => {
      expect(await connector.read(source(JSON.parse(payload)))).to.have.nested.property("[0].type", "record");
    });

    for (const [what, request_format] of Object.entries({
      "that is prose": "Ask for a summary of the mail",
      "of another model": '{"prompt":"{{ text }}","max_gen_len":5}',
      "that reads what no model takes": '{"messages":[{"role":"system","content":"{{ text }}"}]}',
      "that is empty": "",
      "that is missing": undefined,
    }))
      it(`does not fail a finished body for a request format ${what}`, async () => {
        const settings = { ...connection(), request_format, response_format: "{{", output_schema: "{" };
        expect(await connector.read(from(settings))).to.have.nested.property("[0].type", "record");
      });

    it("needs no known family, as upstream needs none", async () => {
      const server = await startServer((_, response) => response.end('{"answer":"yes"}'));
      const config = {
        ...connection(),
        endpoint: server.url,
        model_id: "acme.model-1",
        response_format: "{}",
      };
      const messages = await connector.read(
        source('{"question":"?"}', {
          source: { name: "s", type: "source", connection_specification: config },
        }),
      );
      await server.close();
      expect(messages).to.have.nested.property("[0].record.data.answer", "yes");
    });
  });

  describe("enrich", () => {
    const collect = async (run: AsyncIterable<RecordMessage | TrackedMessage>) => {
      const messages: (RecordMessage | TrackedMessage)[] = [];
      for await (const message of run) messages.push(message);
      return {
        rows: messages.filter((message) => message.type === "record").map(({ record }) => record.data as Row),
        tracking: messages.filter((message) => message.type === "tracking").map(({ tracking }) => tracking),
        messages,
      };
    };
    const texts = (count: number) =>
      Array.from({ length: count }, (_, id) => ({ id, text: `Mail number ${id}.` }));

    it("yields one record message a row in the order of the rows, then one tracking message", async () => {
      const { rows, tracking, messages } = await collect(
        connector.enrich(syncConfig(connection()), texts(50)),
      );
      messages.forEach(accepted);
      expect(rows.map(({ id }) => id)).to.deep.equal(texts(50).map(({ id }) => id));
      expect(tracking).to.have.length(1);
      expect(messages.at(-1)?.type).to.equal("tracking");
      expect(tracking[0]).to.deep.include({ success: 50, failed: 0 });
      expect(tracking[0]?.meta?.summary).to.include({ received: 50, enriched: 50, calls: 50 });
    });

    it("keeps the order when answers come back out of order", async () => {
      const waiting: (() => void)[] = [];
      const server = await startServer((request, response) => {
        request.resume();
        waiting.push(() => response.end('{"output":{"message":{"content":[{"text":"ok"}]}}}'));
        // The first call goes ahead alone.
        if (waiting.length === 1 || waiting.length === 10)
          for (const answer of waiting.slice(-9).reverse()) answer();
      });
      const config = syncConfig(connection({ endpoint: server.url, max_concurrency: 10 }));
      const { rows } = await collect(connector.enrich(config, texts(10)));
      await server.close();
      expect(rows.map(({ id }) => id)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    for (const [max_concurrency, ahead] of [
      [2, 200],
      [30, 300],
      [500, 1500],
    ] as const)
      it(`reads ${ahead} rows ahead of what was taken, with ${max_concurrency} calls at a time`, async () => {
        let release = (): void => undefined;
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        const server = await startServer(async (request, response) => {
          request.resume();
          await released;
          response.end('{"output":{"message":{"content":[{"text":"ok"}]}}}');
        });
        let read = 0;
        const endless = (function* () {
          for (;;) yield { id: read++, text: `Mail ${read}.` };
        })();
        const run = connector.enrich(
          syncConfig(connection({ endpoint: server.url, max_concurrency })),
          endless,
        );
        const first = run.next();
        // The first call goes out when all that is read ahead has been.
        while (server.requests() === 0) await turn();
        for (let more = 0; more < 50; more++) await turn();
        const before = read;
        release();
        await first;
        await run.return();
        await server.close();
        expect(before).to.equal(ahead);
        expect(read).to.be.below(ahead + 200);
      });

    it("ends cleanly when it is told to stop: every row comes out, none is sent any more", async () => {
      const controller = new AbortController();
      const before = bedrock.stats().requests;
      const rows: Row[] = [];
      const options = { signal: controller.signal };
      const config = syncConfig(connection({ max_concurrency: 1 }));
      for await (const message of connector.enrich(config, texts(20), options)) {
        if (message.type === "record") rows.push(message.record.data as Row);
        controller.abort();
      }
      expect(rows).to.have.length(20);
      const sent = rows.filter(({ _bedrock }) => _bedrock.status === "enriched").length;
      expect(sent).to.be.within(1, 19);
      expect(rows.filter(({ _bedrock }) => _bedrock.status === "not_sent")).to.have.length(20 - sent);
      expect(bedrock.stats().requests - before).to.equal(sent);
    });

    it("hands over the rows before an error of the source, then rethrows it", async () => {
      const broken = (async function* () {
        yield* texts(3);
        throw new Error("disk gone");
      })();
      const rows: unknown[] = [];
      const failure = await (async () => {
        for await (const message of connector.enrich(syncConfig(connection()), broken)) rows.push(message);
      })().catch((error: Error) => error);
      expect(rows).to.have.length(3);
      expect(failure).to.have.property("message", "disk gone");
    });

    it("reports progress when rows are taken and when they end", async () => {
      const seen: number[] = [];
      const onProgress = ({ enriched, failed }: { enriched: number; failed: number }) =>
        seen.push(enriched + failed);
      await collect(connector.enrich(syncConfig(connection()), [...texts(4), {}], { onProgress }));
      expect(seen).to.have.length(10);
      expect([...new Set(seen)]).to.deep.equal([0, 1, 2, 3, 4, 5]);
    });
  });
});
