import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  AwsBedrockModel,
  closeLedger,
  type Hooks,
  type RunOptions,
  type TrackedMessage,
} from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { startServer } from "../support/http-server.js";
import { validateMessage } from "../support/protocol.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const throwing = (): never => {
  throw new Error("not for reading");
};
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const closed = (): object =>
  new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing });
const withGetter = (name: string): object =>
  Object.defineProperty({}, name, { get: throwing, enumerable: true });
const cyclic = (changes: object = {}): object => {
  const record: Record<string, unknown> = { ...changes };
  record.self = record;
  record.list = [record];
  return record;
};
const deep = (levels: number): unknown => {
  let node: unknown = "end";
  for (let level = 0; level < levels; level++) node = level % 2 ? [node] : { node };
  return node;
};
const bare = (values: object): object => Object.assign(Object.create(null), values);
const unprintable = { [Symbol.toPrimitive]: throwing, toString: throwing, toJSON: throwing };

/** Values that no host should send, and that some code some day does. */
const hostile: readonly (readonly [name: string, make: () => unknown])[] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["a number", () => 7],
  ["NaN", () => Number.NaN],
  ["text", () => "text"],
  ["a bigint", () => 10n],
  ["a symbol", () => Symbol("s")],
  ["a function", () => throwing],
  ["a date", () => new Date(0)],
  ["a date that is none", () => new Date(Number.NaN)],
  ["an array", () => [1, [2]]],
  ["a sparse array", () => new Array(3)],
  ["an empty object", () => ({})],
  ["an object without a prototype", () => bare({ text: "Hi." })],
  ["a Set", () => new Set([1])],
  ["a Map", () => new Map([[1, 2]])],
  ["a revoked proxy", revoked],
  ["a proxy that lets nothing be read", closed],
  ["a cycle", () => cyclic()],
  ["20,000 levels", () => deep(20_000)],
  ["what cannot become text", () => unprintable],
];

describe("hooks, whatever they are given", () => {
  const bedrock = useBedrock();
  let sync = 0;
  const connector: Hooks = new AwsBedrockModel();

  const config = (changes?: Record<string, unknown>) => localConfig(bedrock.url, changes);
  const accepted = (message: unknown): void => {
    let text: string;
    try {
      text = JSON.stringify(message);
    } catch {
      return;
    }
    const verdict = validateMessage(JSON.parse(text));
    expect(verdict.ok, JSON.stringify(verdict)).to.equal(true);
  };
  const counted = (message: TrackedMessage, rows: number): void => {
    accepted(message);
    const { success = 0, failed = 0, logs, meta } = message.tracking;
    expect(success + failed, "success + failed").to.equal(rows);
    expect(logs).to.have.length(rows);
    expect(meta.records).to.have.length(rows);
    const { enriched, skipped, failed: bad, held, not_sent, received } = meta.summary;
    expect(enriched + skipped + bad + held + not_sent)
      .to.equal(rows)
      .and.to.equal(received);
  };
  const write = (records: unknown, changes?: Record<string, unknown>, options?: unknown) =>
    connector.write(
      syncConfig(config(changes), { sync_run_id: `${++sync}` }),
      records as unknown[],
      "destination_insert",
      options as RunOptions,
    );

  describe("write", () => {
    const good = (id: number) => ({ id, text: `Letter ${id} about O''Brien` });

    for (const undouble_apostrophes of [false, true]) {
      const name = undouble_apostrophes ? ", with undouble_apostrophes" : "";
      for (const [kind, make] of hostile)
        it(`does other rows no harm for ${kind} as a record${name}`, async () => {
          const message = await write([good(1), make(), good(3)], { undouble_apostrophes });
          counted(message, 3);
          const rows = rowsOf(message);
          expect([rows[0]?.id, rows[2]?.id]).to.deep.equal([1, 3]);
          expect([rows[0], rows[2]].map((row) => row?._bedrock.status)).to.deep.equal([
            "enriched",
            "enriched",
          ]);
        });

      for (const [kind, make] of hostile)
        it(`does other rows no harm for ${kind} as a value${name}`, async () => {
          const changes = { undouble_apostrophes, reuse_answers: false };
          const message = await write([good(1), { id: 2, text: make() }, good(3)], changes);
          counted(message, 3);
          const rows = rowsOf(message);
          expect(rows.map(({ id }) => id)).to.deep.equal([1, 2, 3]);
          expect([rows[0], rows[2]].map((row) => row?._bedrock.status)).to.deep.equal([
            "enriched",
            "enriched",
          ]);
        });
    }

    for (const [kind, make] of hostile)
      it(`enriches a row that has ${kind} in a column that is not read`, async () => {
        const message = await write([{ ...good(1), extra: make() }], { reuse_answers: false });
        counted(message, 1);
        expect(rowsOf(message)[0]?._bedrock.status).to.equal("enriched");
      });

    const records: [name: string, make: () => object][] = [
      ["a getter that throws", () => Object.assign(withGetter("text"), { id: 2 })],
      ["a getter that throws in a column that is not read", () => Object.assign(withGetter("x"), good(2))],
      ["a cycle beside its text", () => cyclic(good(2))],
      // biome-ignore lint/suspicious/noThenProperty: a record is no promise, whatever it holds.
      ["a function called then", () => ({ ...good(2), then: () => undefined })],
      ["a then that throws", () => Object.assign(withGetter("then"), good(2))],
      ["a toJSON that throws", () => ({ ...good(2), toJSON: throwing })],
      ["a key __proto__", () => JSON.parse('{"id":2,"text":"Hi.","__proto__":{"polluted":true}}')],
      ["20,000 levels beside its text", () => ({ ...good(2), deep: deep(20_000) })],
    ];
    for (const undouble_apostrophes of [false, true])
      for (const [kind, make] of records)
        it(`counts a record with ${kind}${undouble_apostrophes ? ", with undouble_apostrophes" : ""}`, async () => {
          const message = await write([good(1), make(), good(3)], { undouble_apostrophes });
          counted(message, 3);
          expect([rowsOf(message)[0]?.id, rowsOf(message)[2]?.id]).to.deep.equal([1, 3]);
          expect(rowsOf(message)[2]?._bedrock.status).to.equal("enriched");
          expect({}).not.to.have.property("polluted");
        });

    const containers: [name: string, make: () => unknown, rows: number][] = [
      ["a Set", () => new Set([good(1), good(2)]), 2],
      [
        "a generator",
        function* () {
          yield good(1);
          yield good(2);
        },
        2,
      ],
      ["one record", () => good(1), 1],
      ["text", () => "text", 1],
      ["a number", () => 5, 1],
      ["undefined", () => undefined, 0],
      ["null", () => null, 0],
      ["a sparse array", () => new Array(3), 3],
      ["a revoked proxy", revoked, 1],
      ["a proxy that lets nothing be read", closed, 1],
    ];
    for (const [kind, make, rows] of containers)
      it(`takes ${kind} for ${rows} record(s)`, async () => {
        const value = make();
        counted(await write(typeof value === "function" ? value() : value), rows);
      });

    for (const [kind, make] of hostile) {
      it(`fails every row for ${kind} as sync config`, async () => {
        const message = await connector.write(make(), [good(1), good(2)]);
        counted(message, 2);
        expect(message.tracking.success).to.equal(0);
      });

      it(`fails every row for ${kind} as connection specification`, async () => {
        const message = await connector.write(syncConfig(make()), [good(1), good(2)]);
        counted(message, 2);
        expect(message.tracking.success).to.equal(0);
      });

      it(`takes ${kind} as sync_run_id and sync_id`, async () => {
        const ids = { sync_id: make(), sync_run_id: make() };
        const message = await connector.write(syncConfig(config(), ids), [good(1)]);
        counted(message, 1);
        expect(message.tracking.success).to.equal(1);
      });

      it(`takes ${kind} as options, signal and onProgress`, async () => {
        for (const options of [make(), { signal: make(), onProgress: make() }]) {
          const message = await write([good(1), good(2)], {}, options);
          counted(message, 2);
          expect(message.tracking.success).to.equal(2);
        }
      });

      it(`takes ${kind} as a setting`, async () => {
        for (const name of ["model_id", "request_format", "response_format", "max_concurrency", "api_key"])
          counted(await write([good(1)], { [name]: make() }), 1);
      });
    }

    for (const name of ["destination", "source", "sync_run_id"])
      it(`stands a getter of the sync config that throws: ${name}`, async () => {
        const hard = Object.defineProperty(syncConfig(config()), name, { get: throwing });
        counted(await connector.write(hard, [good(1), good(2)]), 2);
      });

    for (const name of ["region", "model_id", "request_format"])
      it(`stands a getter of the config that throws: ${name}`, async () => {
        const hard = Object.defineProperty(config(), name, { get: throwing, enumerable: true });
        counted(await connector.write(syncConfig(hard), [good(1), good(2)]), 2);
      });

    it("goes on though onProgress throws every time", async () => {
      const message = await write([good(1), good(2)], {}, { onProgress: throwing });
      counted(message, 2);
      expect(message.tracking.success).to.equal(2);
    });

    it("keeps the order of rows among broken ones", async () => {
      const mixed = Array.from({ length: 60 }, (_, id) => (id % 3 === 1 ? revoked() : good(id)));
      const message = await write(mixed);
      counted(message, 60);
      const ids = rowsOf(message).map(({ id }) => id);
      expect(ids).to.deep.equal(mixed.map((_, id) => (id % 3 === 1 ? undefined : id)));
      expect(message.tracking.success).to.equal(40);
    });

    for (const type of ["constructor", "toString", "__proto__"])
      it(`stands a service whose error is called ${type}`, async () => {
        const server = await startServer((request, response) => {
          request.resume().on("end", () => {
            response.writeHead(400, { "x-amzn-errortype": type, "content-type": "application/json" });
            response.end('{"message":"No."}');
          });
        });
        try {
          const message = await write([good(1)], { endpoint: server.url });
          counted(message, 1);
          expect(rowsOf(message)[0]?._bedrock).to.include({ status: "failed" });
        } finally {
          await server.close();
        }
      });

    it("counts every row though the ledger is closed in the middle of the run", async () => {
      const folder = await mkdtemp(join(tmpdir(), "hooks-"));
      const ledger = join(folder, "ledger");
      try {
        let closing: Promise<void> | undefined;
        const onProgress = () => {
          closing ??= closeLedger(ledger);
        };
        const rows = Array.from({ length: 100 }, (_, id) => good(id));
        await write(rows.slice(0, 50), { ledger });
        counted(await write(rows, { ledger, max_concurrency: "2" }, { onProgress }), 100);
        await closing;
      } finally {
        await closeLedger(ledger);
        await rm(folder, { recursive: true });
      }
    });
  });

  describe("read", () => {
    const query = (value: unknown) => ({
      source: { connection_specification: config() },
      model: { query: value },
      limit: 1,
    });
    const answered = (message: unknown): void => {
      for (const one of Array.isArray(message) ? message : [message]) accepted(one);
    };

    for (const [kind, make] of hostile)
      it(`answers ${kind} as sync config, config, model, query and offset`, async () => {
        answered(await connector.read(make()));
        answered(await connector.read({ ...query("{}"), source: { connection_specification: make() } }));
        answered(await connector.read({ ...query("{}"), source: make() }));
        answered(await connector.read({ ...query("{}"), model: make() }));
        answered(await connector.read(query(make())));
        answered(await connector.read({ ...query("{}"), offset: make() }));
      });

    it("answers a query of 20,000 levels", async () => {
      const levels = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
      const turn = '{"role":"user","content":[{"text":"Hi."}]}';
      for (const text of [levels, `{"a":${levels}}`, `{"messages":[${turn}],"toolConfig":{"a":${levels}}}`])
        answered(await connector.read(query(text)));
    });

    for (const name of ["source", "model", "offset"])
      it(`stands a getter that throws: ${name}`, async () => {
        answered(await connector.read(Object.defineProperty(query("{}"), name, { get: throwing })));
      });
  });

  describe("checkConnection, discover, spec, metaData", () => {
    for (const [kind, make] of hostile)
      it(`answer ${kind}`, async () => {
        const message = await connector.checkConnection(make());
        accepted(message);
        expect(message.connection_status.status).to.equal("failed");
        accepted(await connector.discover(make()));
        for (const name of ["request_format", "response_format", "region", "max_rows", "unheard_of"])
          accepted(await connector.checkConnection(config({ [name]: make() })));
      });

    it("answer a sample of 20,000 levels", async () => {
      const levels = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
      for (const name of ["request_format", "response_format"])
        accepted(await connector.checkConnection(config({ [name]: `{"a":${levels}}` })));
    });

    it("are not fooled by getters that throw", async () => {
      for (const name of ["region", "request_format", "api_key"])
        accepted(
          await connector.checkConnection(
            Object.defineProperty(config(), name, { get: throwing, enumerable: true }),
          ),
        );
    });

    it("take arguments that they do not have", () => {
      const { spec, metaData } = connector as unknown as Record<string, (value: unknown) => unknown>;
      for (const [, make] of hostile) {
        accepted(spec?.call(connector, make()));
        expect(metaData?.call(connector, make())).to.have.property("data");
      }
    });
  });
});
