import { expect } from "chai";
import fc from "fast-check";
import { ConnectorError } from "../../src/core/errors.js";
import { isObject, type Json, type JsonObject } from "../../src/core/json.js";
import { forms } from "../../src/migrate/forms/index.js";
import { migrateConfig } from "../../src/migrate/migrate.js";
import { apiFamilies, families } from "../../src/models/families/index.js";

/** One model of each family that can be written, with the API that it is called through. */
const targets = [
  ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "invoke_model"],
  ["amazon.nova-pro-v1:0", "invoke_model"],
  ["mistral.mistral-large-3-675b-instruct", "invoke_model"],
  ["us.meta.llama3-3-70b-instruct-v1:0", "invoke_model"],
  ["mistral.mistral-7b-instruct-v0:2", "invoke_model"],
  ["us.deepseek.r1-v1:0", "invoke_model"],
  ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "converse"],
  ["amazon.nova-lite-v1:0", "converse"],
] as const;
const target = fc.constantFrom(...targets);

const word = fc.stringMatching(/^[A-Za-z][A-Za-z,.' -]{0,12}[a-z]$/);
const liquid = fc.oneof(
  fc.constantFrom("{{ q }}", "{{ q | upcase }}", "{% if q %}a{% else %}b{% endif %}"),
  // Marks of every template, inside of markup.
  fc
    .constantFrom("[/INST]", "<|eot_id|>", "<｜User｜>", "Bot:", "</s>", "<<SYS>>")
    .map((mark) => `{{ q | default: "${mark}" }}`),
);
/** Words with Liquid between them; the first and the last are no blanks. */
const text = fc
  .tuple(word, fc.array(fc.oneof(word, liquid), { maxLength: 3 }), word)
  .map(([first, middle, last]) => [first, ...middle, last].join(" "));

const conversation = fc.record({
  system: fc.option(word),
  turns: fc.array(fc.tuple(text, text), { maxLength: 2 }),
  last: text,
  limit: fc.integer({ min: 1, max: 4000 }),
  temperature: fc.constantFrom(0.1, 0.5, 1),
});

type Conversation = typeof conversation extends fc.Arbitrary<infer Value> ? Value : never;

const toBody = ({ system, turns, last, limit, temperature }: Conversation): JsonObject => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: limit,
  temperature,
  ...(system !== null && { system }),
  messages: [
    ...turns.flatMap(([user, assistant]) => [
      { role: "user", content: user },
      { role: "assistant", content: assistant },
    ]),
    { role: "user", content: last },
  ],
});

const source = "anthropic.claude-3-haiku-20240307-v1:0";

const moved = (config: Record<string, unknown>, to: string, api: "invoke_model" | "converse") => {
  const migration = migrateConfig(config, { to, api });
  if (migration instanceof ConnectorError) throw migration;
  expect(migration.refused, JSON.stringify(migration.refused)).to.deep.equal([]);
  return migration.config as Record<string, unknown> & { request_format: JsonObject };
};

/** Every text of a body, in order. */
const textsIn = (node: Json | undefined): string[] => {
  if (typeof node === "string") return [node];
  if (Array.isArray(node)) return node.flatMap(textsIn);
  return isObject(node) ? Object.values(node as JsonObject).flatMap(textsIn) : [];
};

describe("migrate: whatever is asked", () => {
  it("has a form for every family", () => {
    const names = [...families, ...Object.values(apiFamilies)].map(({ name }) => name);
    expect(forms.map(({ name }) => name)).to.include.members(names);
  });

  it("keeps every word and all Liquid, in their order, for every target", () => {
    fc.assert(
      fc.property(conversation, target, (asked, [to, api]) => {
        const { system, turns, last } = asked;
        const config = { region: "us-east-1", model_id: source, request_format: toBody(asked) };
        const { request_format: body } = moved(config, to, api);
        const written = textsIn((body.system ?? null) as Json)
          .concat(textsIn((body.messages ?? body.prompt) as Json))
          .join("\n");
        let from = 0;
        for (const said of [...(system === null ? [] : [system]), ...turns.flat(), last]) {
          const at = written.indexOf(said, from);
          expect(at, `${said} in ${written}`).to.be.at.least(from);
          from = at + said.length;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is the same again after the way there and back", () => {
    fc.assert(
      fc.property(conversation, target, (asked, [to, api]) => {
        const body = toBody(asked);
        const there = moved({ region: "us-east-1", model_id: source, request_format: body }, to, api);
        // A model that thought would be told to think.
        fc.pre(!to.includes("r1"));
        const back = moved(there, source, "invoke_model").request_format;
        expect(plain(withoutFold(back, body))).to.deep.equal(plain(body));
      }),
      { numRuns: 100 },
    );
  });

  it("refuses or keeps, and never throws, whatever stands in a prompt", () => {
    const piece = fc.oneof(
      text,
      fc.constantFrom(
        "<s>",
        "[INST]",
        "[/INST]",
        "</s>",
        "<<SYS>>",
        "<</SYS>>",
        "<|begin_of_text|>",
        "<|start_header_id|>user<|end_header_id|>\n\n",
        "<|start_header_id|>",
        "<|eot_id|>",
        "\nUser: ",
        "\nBot: ",
        "\n\nHuman: ",
        "\n\nAssistant: ",
        "<｜User｜>",
        "<｜Assistant｜>",
        "{% if q %}",
        "{% endif %}",
        "{% raw %}",
        "{% endraw %}",
        "{% assign x = q %}",
        "{{ x }}",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), target, (pieces, [to, api]) => {
        const prompt = pieces.join(" ");
        const config = {
          region: "us-east-1",
          model_id: "meta.llama3-8b-instruct-v1:0",
          request_format: { prompt },
        };
        const migration = migrateConfig(config, { to, api });
        if (migration instanceof ConnectorError) return;
        if (migration.refused.length > 0) expect(migration.config).to.equal(null);
        else {
          const written = textsIn(migration.config?.request_format as Json).join("\n");
          for (const piece of pieces.filter((piece) => /\{\{ q/.test(piece)))
            expect(written).to.include(piece);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** One spelling of content: families differ in whether one text is a list. */
const plain = (body: JsonObject): JsonObject => {
  const one = (content: Json | undefined): Json =>
    Array.isArray(content)
      ? textsIn(content.map((block) => (isObject(block) ? (block.text as Json) : block))).join("\n\n")
      : (content ?? "");
  return {
    ...body,
    ...(body.system !== undefined && { system: one(body.system) }),
    messages: (body.messages as JsonObject[]).map(
      ({ role, content }) => ({ role, content: one(content) }) as JsonObject,
    ),
  };
};

/** A family without a system puts its words in front of the user's, where nobody can tell them apart again. */
const withoutFold = (back: JsonObject, { system }: JsonObject): JsonObject => {
  const [first, ...rest] = back.messages as JsonObject[];
  const content = String(plain(back).messages && (plain(back).messages as JsonObject[])[0]?.content);
  if (typeof system !== "string" || back.system !== undefined || !content.startsWith(`${system}\n\n`))
    return back;
  return {
    ...back,
    system,
    messages: [{ ...first, content: content.slice(system.length + 2) }, ...rest] as Json,
  };
};
