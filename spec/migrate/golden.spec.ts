import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { fillLeaves, isObject, type Json, type JsonObject } from "../../src/core/json.js";
import { type Migration, migrateConfig } from "../../src/migrate/migrate.js";
import { converse } from "../../src/models/families/converse.js";
import { families } from "../../src/models/families/index.js";
import { compileOutputColumns, textColumn } from "../../src/template/output-columns.js";

interface Golden {
  readonly id: string;
  readonly seed: number;
  readonly model_id: string;
  readonly from: string;
  readonly to: {
    readonly api: "invoke_model" | "converse";
    readonly family: string;
    readonly model_id: string;
  };
  readonly settings: JsonObject;
  readonly request: JsonObject;
  readonly response_paths: Record<string, string | null>;
  readonly stop_values: Record<string, string | null>;
  readonly with_successor?: { readonly model_id: string; readonly add: JsonObject };
}

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/migrate/${name}.json`, import.meta.url), "utf8"));
const golden: readonly Golden[] = fixture("golden");
const samples: readonly { request: JsonObject; response: JsonObject }[] = fixture("samples");

/** Judgements of the table that the product does not follow, each with what it has in their place. */
const overruled: Record<string, Record<string, string>> = {
  // A role is a role: those of all other families are found there.
  "14-converse": { "/chat_history/1/role": "/output/message/role" },
  "15-converse": { "/chat_history/1/role": "/output/message/role" },
};

const migrated = (config: object, options: object): Migration => {
  const migration = migrateConfig(config, options);
  if (migration instanceof ConnectorError) throw migration;
  return migration;
};

const column = "{{ column }}";

/** A sample with nothing but one placeholder at a JSON Pointer; lists keep their other elements. */
const withPlaceholder = (sample: Json, pointer: string, leaf = column): Json => {
  const [, step = "", ...rest] = pointer.split("/");
  if (pointer === "") return leaf;
  const next = rest.length > 0 ? `/${rest.join("/")}` : "";
  if (Array.isArray(sample))
    return sample.map((item, index) => (index === Number(step) ? withPlaceholder(item, next, leaf) : item));
  return {
    ...(sample as JsonObject),
    [step]: withPlaceholder((sample as JsonObject)[step] ?? null, next, leaf),
  };
};

/** What a new answer says, whatever its family. */
const spoken = {
  text: "Hello there",
  stop_reason: "the end",
  input_tokens: 11,
  output_tokens: 22,
  total_tokens: 33,
  id: "id",
  model: "model",
  created: 1,
  prompt: "prompt",
  latency_ms: 5,
};

const unread = {
  stopReason: null,
  truncated: false,
  reasoning: null,
  vector: null,
  unread: [],
  callsTool: false,
  guardrail: null,
  ending: null,
  guessedBy: null,
} as const;

/** Columns for text, ending and counts, as far as a sample of the old family has them and the new one too. */
const columnsOf = (paths: Golden["response_paths"]) => {
  const named = new Map<string, string>();
  for (const [pointer, place] of Object.entries(paths)) {
    const name = Object.entries(columnNames).find(([, ending]) => place !== null && ending.test(place))?.[0];
    if (name !== undefined && ![...named.values()].includes(name)) named.set(pointer, name);
  }
  return {
    names: [...named.values()],
    sample: (response: Json) =>
      [...named].reduce(
        (sample, [pointer, name]) => withPlaceholder(sample, pointer, `{{ ${name} }}`),
        response,
      ),
  };
};

const columnNames = {
  text: /(?:text|message\/content|generation)$/,
  stop_reason: /(?:stop_?reason|finish_reason)$/i,
  input_tokens: /(?:input_tokens|inputTokens|prompt_tokens|prompt_token_count)$/,
  output_tokens: /(?:output_tokens|outputTokens|completion_tokens|generation_token_count)$/,
} as const;

const pointerOf = (node: unknown, at = ""): string | null => {
  if (node === column) return at;
  if (typeof node !== "object" || node === null) return null;
  for (const [key, inner] of Object.entries(node)) {
    const found = pointerOf(inner, `${at}/${key}`);
    if (found !== null) return found;
  }
  return null;
};

describe("the 33 models of the mission, each through Converse and on a living model", () => {
  it("are all here", () => {
    expect(golden).to.have.lengthOf(66);
    expect(new Set(golden.map(({ seed }) => seed))).to.have.lengthOf(33);
  });

  for (const {
    id,
    seed,
    model_id,
    to,
    settings,
    request,
    response_paths,
    stop_values,
    with_successor,
  } of golden) {
    const sample = samples[seed];
    const inWords = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value)
          .replace(/"(hello|Hello|Hi)"/g, '"{{ prompt }}"')
          .replace("[INST] hello [", "[INST] {{ prompt }} ["),
      );
    const config = { region: "us-east-1", model_id, request_format: inWords(sample?.request) };
    const options = { to: to.model_id, api: to.api };

    it(`${id}: body, settings and words for the end of an answer`, () => {
      const { config: written, to: end, refused, stop_values: stops } = migrated(config, options);
      expect(refused).to.deep.equal([]);
      expect(written?.request_format).to.deep.equal(inWords(request));
      expect(end.family).to.equal(to.family);
      expect(written).to.include({ model_id: to.model_id, ...settings });
      expect(stops).to.deep.equal(stop_values);
    });

    it(`${id}: every value of the answer is found at its new place, or named`, () => {
      for (const [from, place] of Object.entries(response_paths)) {
        const expected = overruled[id]?.[from] ?? place;
        const response = withPlaceholder(sample?.response ?? {}, from);
        const {
          config: written,
          columns,
          notes,
        } = migrated({ ...config, response_format: response }, options);
        expect(columns, from).to.deep.equal([{ name: "column", from, to: expected }]);
        // R1 thinks in front of its text, so that no place is certain.
        if (id === "18-converse" && from === "/choices/0/text")
          expect(written).to.include({ output_field: "column" }).and.not.to.have.property("response_format");
        else expect(pointerOf(written?.response_format ?? null), from).to.equal(expected);
        expect(
          notes.some(({ code }) => code === "column_lost"),
          from,
        ).to.equal(expected === null);
      }
    });

    it(`${id}: the answer of the new family gives the same columns`, () => {
      // The same columns as the old sample names them, each where the old answer has its value.
      const named = columnsOf(response_paths);
      const config_ = { ...config, response_format: named.sample(sample?.response ?? {}) };
      const { config: written } = migrated(config_, options);
      const family = [...families, converse].find(({ name }) => name === to.family);
      const body = fillLeaves(family?.reply, spoken) as Json;
      const reply = { ...unread, body, rawText: spoken.text, text: spoken.text, reasoningTags: [] };
      const read = written?.response_format
        ? compileOutputColumns(JSON.stringify(written.response_format))?.read(reply)
        : textColumn(String(written?.output_field)).read(reply);
      expect(read).to.include({ text: spoken.text });
      for (const name of named.names.filter((name) => name !== "text"))
        expect(read, name).to.have.property(name, spoken[name as keyof typeof spoken]);
    });

    if (with_successor)
      it(`${id}: and what the body gains where the model changes as well`, () => {
        const { config: written } = migrated(config, { ...options, to: with_successor.model_id });
        const body = written?.request_format;
        expect(isObject(body) && body).to.deep.equal({ ...inWords(request), ...with_successor.add });
      });
  }
});
