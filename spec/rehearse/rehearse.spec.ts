import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadMails } from "../../src/cli/demo/mails.js";
import {
  AwsBedrockModel,
  CannotRehearse,
  type Forecast,
  type Rehearsal,
  type RehearseOptions,
  rehearse,
} from "../../src/index.js";
import { shareOf } from "../../src/rehearse/compare/counts.js";
import type { Share } from "../../src/rehearse/compare/pair.js";
import { spreadSample } from "../../src/rehearse/spread-sample.js";
import { type Fault, startEmulator } from "../../src/testing/emulator/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { localConfig, roomy, syncConfig } from "../support/sync-config.js";

const mails = loadMails(200).map(({ id, subject }) => ({ id, subject }));

/** Settings that ask for one label. */
const labelling = (endpoint: string, changes: Record<string, unknown> = {}) =>
  localConfig(endpoint, {
    ...roomy,
    request_format: {
      messages: [{ role: "user", content: [{ text: "Mail {{ id }}: {{ subject }}" }] }],
      inferenceConfig: { maxTokens: 40 },
    },
    output_schema: {
      type: "object",
      properties: { label: { enum: ["spam", "ham", "unsure"] } },
      required: ["label"],
      additionalProperties: false,
    },
    max_concurrency: 50,
    ...changes,
  });

/** Rehearses, and has agreed. */
const rehearsed = async (options: RehearseOptions): Promise<Rehearsal> => {
  const rehearsal = await rehearse(options);
  if (rehearsal === null) throw new Error("it was not agreed to");
  return rehearsal;
};

const refusal = async (options: RehearseOptions): Promise<string> => {
  const error = await rehearse(options).catch((thrown: unknown) => thrown);
  expect(error).to.be.instanceOf(CannotRehearse);
  return (error as Error).message;
};

/** Answers of a model that is wrong about some mails. */
const wrongAbout = (rows: readonly { id: string }[], text = '{"label":"unsure"}'): Fault[] =>
  rows.map(({ id }) => ({ kind: "stop", reason: "end_turn", includes: `Mail ${id}:`, text }));

describe("rehearse", () => {
  let folder: string;
  const ledger = (): string => join(folder, "ledger.jsonl");
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "rehearse-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => rmSync(ledger(), { force: true }));

  const bedrock = useFreshBedrock();
  const gone = "us.meta.llama3-2-90b-instruct-v1:0";
  const few = mails.slice(0, 20);
  const old = (changes: Record<string, unknown> = {}) => labelling(bedrock.url, changes);
  const fresh = (changes: Record<string, unknown> = {}) =>
    labelling(bedrock.url, { model_id: "us.amazon.nova-micro-v1:0", ...changes });
  const calls = (): number => bedrock.stats().requests;
  const forecastOf = async (options: RehearseOptions): Promise<Forecast> => {
    const told: Forecast[] = [];
    const agree = (forecast: Forecast): boolean => told.push(forecast) === 0;
    expect(await rehearse({ ...options, agree })).to.equal(null);
    return told[0] as Forecast;
  };

  it("a model that is worse by a known share, on 200 real mails: the interval holds that share in 95 of 100 seeds", async () => {
    const wrong = mails.filter((_, index) => index % 8 === 3);
    const other = await startEmulator({ faults: wrongAbout(wrong) });
    try {
      const config = old({ ledger: ledger() });
      const against = labelling(other.url, { ledger: ledger() });
      const all = await rehearsed({ config, against, rows: mails });
      const truth = wrong.length / mails.length;
      expect(all.columns[0]?.different).to.deep.include({
        rows: wrong.length,
        of: mails.length,
        share: truth,
      });
      expect(all.judgement.says).to.equal("worse");
      const asked = calls();
      // Other seeds draw of the same answers: the first ones through the door, all of them as it draws.
      const sampled = async (seed: number): Promise<Share> => {
        const { drawn } = await spreadSample(all.pairs, 60, seed);
        const rows = drawn.map(({ row }) => ({
          group: String(row.place),
          isDifferent: row.different.length > 0,
        }));
        return shareOf(rows, ({ isDifferent }) => isDifferent);
      };
      for (const seed of [1, 2, 3]) {
        const { columns } = await rehearsed({ config, against, rows: mails, size: 60, seed });
        expect(columns[0]?.different).to.deep.equal(await sampled(seed));
      }
      let held = 0;
      for (let seed = 1; seed <= 100; seed++) {
        const { low, high } = await sampled(seed);
        if (low <= truth && truth <= high) held++;
      }
      expect(held).to.be.at.least(95);
      expect(calls()).to.equal(asked);
    } finally {
      await other.close();
    }
  });

  describe("has the old answers", () => {
    /** What the old settings made of some rows. */
    const enriched = async (changes: Record<string, unknown>, rows: readonly object[] = few) => {
      const { tracking } = await new AwsBedrockModel().write(syncConfig(old(changes)), rows);
      return tracking.meta.records as Record<string, unknown>[];
    };

    it("from the ledger of a model that is gone, at no price and without a call", async () => {
      const config = old({ model_id: gone, request_format: llama, ledger: ledger() });
      await new AwsBedrockModel().write(syncConfig(config), few.slice(0, 15));
      const before = bedrock.stats().models[gone];
      const forecast = await forecastOf({ config, against: fresh(), rows: mails });
      expect(forecast.calls).to.have.length(1);
      expect(forecast.calls[0]).to.deep.include({ of: "after", calls: 15 });
      const { rows, before: side, pairs } = await rehearsed({ config, against: fresh(), rows: mails });
      expect(rows).to.deep.include({ input: 200, drawn: 15, compared: 15, unanswered: 185 });
      expect(side).to.deep.include({ model: gone, from: { ledger: 15 } });
      expect(side.usd_of_1000_rows).to.be.greaterThan(0);
      expect(
        pairs.every(({ before: { input_tokens, latency_ms } }) => input_tokens && latency_ms !== null),
      ).to.equal(true);
      expect(bedrock.stats().models[gone]).to.equal(before);
    });

    it("from enriched rows, which are the input as well, as objects and as the texts of a table", async () => {
      const rows = await enriched({ model_id: gone, request_format: llama });
      const asked = calls();
      const whole = await rehearsed({
        config: old({ model_id: gone, request_format: llama }),
        against: fresh(),
        before: rows,
      });
      expect(calls() - asked).to.equal(few.length);
      expect(whole.before.from).to.deep.equal({ file: few.length });
      expect(whole.sizes.map(({ name }) => name)).to.deep.equal([
        "input_tokens",
        "output_tokens",
        "usd",
        "latency_ms",
      ]);
      const cells = rows.map((row) => {
        const { _bedrock: trace, ...rest } = flatten(row);
        return Object.fromEntries(
          Object.entries({ ...rest, ...flatten(trace as object, "_bedrock.") }).map(([name, value]) => [
            name,
            String(value ?? ""),
          ]),
        );
      });
      const table = await rehearsed({
        config: old({ model_id: gone, request_format: llama }),
        against: fresh(),
        before: cells,
      });
      expect(table.columns).to.deep.equal(whole.columns);
      expect(table.faults).to.deep.equal(whole.faults);
      expect(table.sizes.map(({ before }) => before)).to.deep.equal(whole.sizes.map(({ before }) => before));
    });

    it("from enriched rows with a key alone, whose other columns are found in the input", async () => {
      const rows = (await enriched({})).map(({ id, label }) => ({ id, label }));
      const input = [...mails].reverse();
      const { pairs, rows: counts } = await rehearsed({
        config: old(),
        against: fresh(),
        before: rows,
        rows: input,
      });
      expect(counts.compared).to.equal(few.length);
      for (const { row, before } of pairs)
        expect(rows.find(({ id }) => id === row.id)?.label).to.equal(before.columns?.label);
      const strange = { config: old(), against: fresh(), before: [{ key: 1, label: "ham" }], rows: input };
      expect(await refusal(strange)).to.match(/no column in common/);
    });

    it("from a column of the input, such as what people have said", async () => {
      const rows = few.map((mail) => ({ ...mail, human: "ham" }));
      const options = { config: old(), against: fresh(), rows, beforeColumns: { label: "human" } };
      const { before, columns, sizes, faults } = await rehearsed(options);
      expect(before.from).to.deep.equal({ column: few.length });
      expect(columns[0]).to.deep.include({ name: "label", kind: "category" });
      expect(sizes).to.deep.equal([]);
      expect(faults.find(({ name }) => name === "cut_off")?.before).to.equal(null);
      expect(bedrock.stats().models).to.have.all.keys("us.amazon.nova-micro-v1:0");
    });

    it("else by calls, which the ledger then answers", async () => {
      const options = { config: old({ ledger: ledger() }), against: fresh({ ledger: ledger() }), rows: few };
      const first = await rehearsed(options);
      expect(first.spent_usd).to.be.greaterThan(0);
      expect(calls()).to.equal(2 * few.length);
      const second = await rehearsed(options);
      expect(calls()).to.equal(2 * few.length);
      expect(second.spent_usd).to.equal(0);
      expect(second.columns).to.deep.equal(first.columns);
      expect(second.before.usd_of_1000_rows).to.equal(first.before.usd_of_1000_rows);
    });

    it("and says what to do where there are none", async () => {
      const dead = old({ model_id: gone, request_format: llama });
      expect(await refusal({ config: dead, against: fresh(), rows: few })).to.match(
        /is known to be gone since .*no ledger is set: name the ledger of its runs, a file that it has enriched, or a column/,
      );
      expect(await refusal({ config: { ...dead, ledger: ledger() }, against: fresh(), rows: few })).to.match(
        /has the answer of none of the 20 rows/,
      );
      expect(
        await refusal({ config: old(), against: fresh(), rows: few, beforeColumns: { label: "human" } }),
      ).to.match(/no row has an old answer in "human"/);
      expect(await refusal({ config: old(), against: fresh(), before: few })).to.match(
        /have no column "label"/,
      );
      expect(await refusal({ config: old(), against: fresh(), rows: [] })).to.match(/no rows/);
      expect(calls()).to.equal(0);
    });
  });

  it("tells the price before, and calls nothing where that is not agreed to", async () => {
    const options = {
      config: old(),
      against: fresh(),
      rows: mails,
      size: 100,
      noise: true,
      judge: "us.amazon.nova-pro-v1:0",
    };
    const {
      rows,
      input_rows,
      calls: kinds,
      cost_usd,
      most_different,
      least_rows,
    } = await forecastOf(options);
    expect({ rows, input_rows }).to.deep.equal({ rows: 100, input_rows: 200 });
    expect(kinds.map(({ of, calls: asked }) => [of, asked])).to.deep.equal([
      ["before", 100],
      ["after", 100],
      ["noise", 100],
      ["judge", 200],
    ]);
    const sum = kinds.reduce((total, each) => total + (each.cost_usd?.expected ?? 0), 0);
    expect(cost_usd?.expected).to.be.closeTo(sum, 1e-9);
    expect({ most_different, least_rows }).to.deep.equal({ most_different: 0, least_rows: 73 });
    expect(calls()).to.equal(0);
  });

  it("spends no more than is said, on both sides together, and compares what that pays for", async () => {
    const half = mails.slice(0, 100);
    const options = { config: old(), against: fresh(), rows: half, maxSpendUsd: 0.00025 };
    const { rows, spent_usd, pairs } = await rehearsed(options);
    expect(spent_usd).to.be.within(0.00005, 0.00025);
    expect(rows.compared).to.be.within(1, 99);
    expect(rows.unasked.budget_reached?.count).to.equal(100 - rows.compared);
    expect(Math.max(...pairs.map(({ place }) => place))).to.be.greaterThan(50);
  });

  it("does not begin where a bound of dollars could not hold", async () => {
    const request_format = { messages: [{ role: "user", content: [{ text: "{{ subject }}" }] }] };
    const options = { config: old(), against: fresh({ request_format }), rows: few, maxSpendUsd: 1 };
    expect(await refusal(options)).to.match(/^the new settings: .*max_spend_usd/);
    expect(calls()).to.equal(0);
  });

  it("asks a side twice, so that what differs by chance is not held against the new one", async () => {
    // Each answer of either model is another one now and then, whoever asks.
    bedrock.setFaults([{ kind: "stop", reason: "end_turn", rate: 0.15, text: '{"label":"unsure"}' }]);
    const options = {
      config: old({ ledger: ledger() }),
      against: fresh({ ledger: ledger() }),
      rows: mails.slice(0, 90),
    };
    const alone = await rehearsed(options);
    expect(alone.judgement.says).to.equal("worse");
    const { judgement, columns, noise_of, remarks } = await rehearsed({ ...options, noise: true });
    expect(noise_of).to.equal("before");
    expect(columns[0]?.noise?.share).to.be.greaterThan(0.1);
    expect(judgement.points.find(({ about }) => about === "column")?.says).not.to.equal("worse");
    expect(remarks.join()).to.contain("differs from itself in more rows than are tolerated");
    const asked = calls();
    await rehearsed({ ...options, noise: true });
    expect(calls()).to.equal(asked);
  });

  it("counts what is missing, refused, empty, off the schema and cut off, row by row", async () => {
    const faulty: Fault[] = [
      { kind: "stop", reason: "end_turn", includes: `Mail ${few[1]?.id}:`, text: "" },
      { kind: "stop", reason: "end_turn", includes: `Mail ${few[2]?.id}:`, text: "I cannot say." },
      { kind: "stop", reason: "max_tokens", includes: `Mail ${few[3]?.id}:`, text: '{"la' },
      { kind: "stop", reason: "content_filtered", includes: `Mail ${few[4]?.id}:` },
    ];
    const other = await startEmulator({ faults: faulty });
    try {
      const against = labelling(other.url, { schema_retries: 0 });
      const { faults, judgement, columns, after } = await rehearsed({ config: old(), against, rows: few });
      const found = Object.fromEntries(
        faults.map(({ name, before, after: { rows } }) => [name, [before, rows]]),
      );
      expect(found).to.deep.equal({
        no_answer: [0, 4],
        refused: [0, 1],
        empty: [0, 1],
        misfit: [0, 1],
        cut_off: [0, 1],
      });
      const [missing] = faults;
      expect(missing?.p).to.equal(0.125);
      expect(missing?.difference).to.deep.include({ value: 0.2 });
      expect(columns[0]?.different.of).to.equal(few.length - 4);
      expect(judgement.points[0]).to.deep.include({
        about: "answers",
        rows: 4,
        of: few.length,
        says: "undecided",
      });
      expect(Object.keys(after.errors)).to.have.members([
        "empty_answer",
        "schema_mismatch",
        "truncated",
        "content_filtered",
      ]);
    } finally {
      await other.close();
    }
  });

  it("does not hold a network, a throttle or a missing right against a model", async () => {
    const other = await startEmulator({
      faults: [
        {
          kind: "error",
          status: 403,
          type: "AccessDeniedException",
          message: "not you",
          includes: `Mail ${few[1]?.id}:`,
        },
        { kind: "reset_after", includes: `Mail ${few[2]?.id}:` },
      ],
    });
    try {
      const { rows, faults } = await rehearsed({ config: old(), against: labelling(other.url), rows: few });
      expect(rows.compared).to.equal(few.length - 2);
      expect(Object.keys(rows.unasked)).to.have.members(["access_denied", "connection_lost"]);
      expect(faults[0]?.after.rows).to.equal(0);
    } finally {
      await other.close();
    }
    bedrock.setFaults([{ kind: "error", status: 403, type: "AccessDeniedException", message: "not you" }]);
    expect(await refusal({ config: old(), against: fresh(), rows: few })).to.match(
      /no row has both answers. access_denied: /,
    );
  });

  it("takes another prompt of the same model, columns of other names, texts and numbers", async () => {
    const plain = { output_schema: undefined };
    const prompt = (words: string) => ({
      ...plain,
      request_format: { messages: [{ role: "user", content: [{ text: `${words} {{ subject }}` }] }] },
    });
    const options = {
      config: old({ ...prompt("Say it shortly:"), output_field: "gist" }),
      against: old(prompt("Sum it up, please:")),
      rows: few,
    };
    const { columns, judgement, remarks } = await rehearsed(options);
    expect(columns[0]).to.deep.include({ name: "completion", kind: "text" });
    expect(columns[0]?.likeness?.value).to.be.within(0, 1);
    expect(remarks).to.deep.equal(["gist of the old side is compared with completion."]);
    expect(judgement.sentences.at(-1)).to.match(/read the rows that differ, or ask a judge/);
    const mood = (words: string) => ({
      ...prompt(words),
      output_schema: {
        type: "object",
        properties: { mood: { type: "number" } },
        required: ["mood"],
        additionalProperties: false,
      },
    });
    const numbers = await rehearsed({
      config: old(mood("A")),
      against: old(mood("A great, wonderful")),
      rows: few,
    });
    expect(numbers.columns[0]).to.deep.include({ name: "mood", kind: "number" });
    expect(numbers.columns[0]?.difference?.higher).to.be.greaterThan(
      numbers.columns[0]?.difference?.lower ?? 99,
    );
  });

  it("compares vectors by their cosine, and says that those of another length stand in no index", async () => {
    const vectors = (dimensions: number, words = "") =>
      localConfig(bedrock.url, {
        ...roomy,
        model_id: "amazon.titan-embed-text-v2:0",
        request_format: { inputText: `${words}{{ subject }}`, dimensions },
      });
    const rows = few.filter(({ subject }) => subject !== "");
    const same = await rehearsed({ config: vectors(256), against: vectors(256), rows });
    expect(same.columns[0]).to.deep.include({ kind: "vector", incomparable: 0 });
    expect(same.columns[0]?.different.rows).to.equal(0);
    const near = await rehearsed({ config: vectors(256), against: vectors(256, "Subject: "), rows });
    expect(near.columns[0]?.likeness?.value).to.be.within(0.1, 0.999);
    const other = await rehearsed({ config: vectors(256), against: vectors(512), rows });
    expect(other.columns[0]).to.deep.include({ likeness: null, incomparable: rows.length });
    expect(other.judgement.says).to.equal("worse");
    expect(other.remarks.join()).to.match(/not the same length/);
  });

  it("asks a judge about the rows that differ, in both orders and without names, and calls it an opinion", async () => {
    const wrong = few.slice(0, 8);
    const judge = "us.amazon.nova-pro-v1:0";
    const says = (better: string, includes: string): Fault => ({
      kind: "stop",
      reason: "end_turn",
      includes,
      text: JSON.stringify({ better, reason: "<b>so it is</b>" }),
    });
    // The judge takes "unsure" for the worse answer, whichever stands first; of one mail it always takes the first.
    const [odd] = wrong;
    const other = await startEmulator({
      faults: [
        says("first", `Mail ${odd?.id}: ${odd?.subject}\\n\\nTakes`),
        says("first", "unsure\\n</second"),
        says("second", "unsure\\n</first"),
        ...wrongAbout(wrong),
      ],
    });
    try {
      const options = {
        config: old(),
        against: labelling(other.url, { ledger: ledger() }),
        rows: few,
        judge,
      };
      const { judge: report, judgement, pairs, spent_usd } = await rehearsed(options);
      expect(report).to.deep.include({
        ...{ model: judge, asked: 8, before: 7, after: 0, neither: 0, by_order: 1, silent: 0, errors: {} },
      });
      expect(report?.spent_usd).to.be.within(1e-9, spent_usd);
      expect(judgement.points.at(-1)).to.deep.include({
        about: "opinion",
        name: judge,
        rows: 7,
      });
      expect(judgement.sentences.join()).to.contain(
        `In the opinion of ${judge} the old answer is better in 7 of 20 rows`,
      );
      expect(pairs.flatMap(({ opinion }) => (opinion ? [opinion.better] : [])).sort()).to.deep.equal([
        ...Array(7).fill("before"),
        "by_order",
      ]);
      expect(other.stats().models[judge]).to.equal(16);
      expect((await rehearsed(options)).judge).to.deep.equal({ ...report, spent_usd: 0 });
      expect(other.stats().models[judge]).to.equal(16);
    } finally {
      await other.close();
    }
  });

  it("counts rows that become the same request as the one answer that they are", async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({ ...few[index % 4], place: index }));
    const { rows: counts, columns } = await rehearsed({ config: old(), against: fresh(), rows });
    expect(counts).to.deep.include({ compared: 40, distinct: 4 });
    expect(columns[0]?.different.of).to.equal(40);
    expect(columns[0]?.different.high).to.be.greaterThan(0.4);
  });

  it("names the side whose settings cannot be used, and columns that only one has", async () => {
    expect(await refusal({ config: { ...old(), region: "" }, against: fresh(), rows: few })).to.match(
      /^the old settings: .*region/,
    );
    expect(await refusal({ config: old(), against: { ...fresh(), model_id: "" }, rows: few })).to.match(
      /^the new settings: .*model_id/,
    );
    const schema = (names: readonly string[]) => ({
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, { type: "boolean" }])),
      required: names,
      additionalProperties: false,
    });
    const both = {
      config: old({ output_schema: schema(["a", "b"]) }),
      against: fresh({ output_schema: schema(["b", "c"]) }),
    };
    const { remarks, columns } = await rehearsed({ ...both, rows: few.slice(0, 3) });
    expect(columns.map(({ name }) => name)).to.deep.equal(["b"]);
    expect(remarks).to.deep.equal(["Only the old side gives a.", "Only the new side gives c."]);
    expect(
      await refusal({ ...both, against: fresh({ output_schema: schema(["c", "d"]) }), rows: few }),
    ).to.match(/no column in common: the old one gives a, b, the new one c, d/);
  });

  it("writes no table, and is ended by no tolerance of the settings", async () => {
    const place = {
      write_back_url: "postgres://nobody@127.0.0.1:1/x",
      write_back_table: "t",
      write_back_key: "id",
    };
    const strict = { ...place, tolerated_failure_count: 0 };
    bedrock.setFaults([{ kind: "stop", reason: "content_filtered", at: [1, 2, 3] }]);
    const { rows } = await rehearsed({ config: old(strict), against: fresh(strict), rows: few });
    expect(rows.compared).to.equal(few.length);
  });
});

const llama = { prompt: "Mail {{ id }}: {{ subject }}", max_gen_len: 40 };

const flatten = (value: object, prefix = ""): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([name, inner]) => [`${prefix}${name}`, inner]));
