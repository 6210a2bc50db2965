import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { isObject, type Json, type JsonObject } from "../../src/core/json.js";
import { migrateConfig } from "../../src/migrate/migrate.js";

/** Bodies that say all that their families have words for. */
const bodies: readonly (readonly [model: string, body: JsonObject, api?: "converse"])[] = [
  [
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 900,
      anthropic_beta: ["b"],
      metadata: { user_id: "u" },
      system: [{ type: "text", text: "S", cache_control: { type: "ephemeral", ttl: "1h" } }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Look" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo" } },
            {
              type: "document",
              title: "T",
              context: "C",
              source: { type: "text", media_type: "text/plain", data: "D" },
            },
          ],
        },
        { role: "assistant", content: [{ type: "tool_use", id: "i", name: "f", input: { a: "x" } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "i", content: "ok" }] },
      ],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ["END"],
      tools: [{ name: "f", description: "d", input_schema: { type: "object", title: "t" } }],
      tool_choice: { type: "tool", name: "f" },
    },
  ],
  [
    "anthropic.claude-3-haiku-20240307-v1:0",
    {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 900,
      metadata: { user_id: "u" },
      system: [{ type: "text", text: "S", cache_control: { type: "ephemeral", ttl: "1h" } }],
      messages: [
        { role: "user", content: "Look" },
        { role: "assistant", content: [{ type: "text", text: "Seen" }] },
        {
          role: "user",
          content: [
            { type: "text", text: "Well" },
            { type: "text", text: "then" },
          ],
        },
      ],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ["END"],
      output_config: { format: { type: "json_schema", schema: { type: "object", title: "t" } } },
    },
  ],
  [
    "mistral.pixtral-large-2502-v1:0",
    {
      messages: [
        { role: "system", content: "S" },
        {
          role: "user",
          name: "n",
          content: [
            { type: "text", text: "Look" },
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "i", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "i", content: "ok" },
      ],
      max_tokens: 900,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop: ["END"],
      n: 2,
      seed: 7,
      frequency_penalty: 0.5,
      presence_penalty: 0.5,
      tools: [
        {
          type: "function",
          function: { name: "f", description: "d", parameters: { type: "object", title: "t" } },
        },
      ],
      tool_choice: "auto",
      unheard_of: { deep: "x" },
    },
  ],
  [
    "amazon.nova-lite-v1:0",
    {
      schemaVersion: "messages-v1",
      system: [{ text: "S" }, { cachePoint: { type: "default" } }],
      messages: [
        {
          role: "user",
          content: [{ text: "Look" }, { image: { format: "png", source: { bytes: "iVBORw0KGgo" } } }],
        },
        { role: "assistant", content: [{ toolUse: { toolUseId: "i", name: "f", input: { a: "x" } } }] },
        { role: "user", content: [{ toolResult: { toolUseId: "i", content: [{ text: "ok" }] } }] },
      ],
      inferenceConfig: { maxTokens: 900, temperature: 0.5, topP: 0.9, topK: 5, stopSequences: ["END"] },
      toolConfig: {
        tools: [
          {
            toolSpec: { name: "f", description: "d", inputSchema: { json: { type: "object", title: "t" } } },
          },
        ],
        toolChoice: { auto: {} },
      },
    },
  ],
  [
    "cohere.command-r-v1:0",
    {
      message: "M",
      chat_history: [
        { role: "USER", message: "a" },
        { role: "CHATBOT", message: "b" },
      ],
      preamble: "P",
      documents: [{ title: "T", snippet: "D", url: "U" }],
      max_tokens: 900,
      temperature: 0.5,
      p: 0.9,
      k: 5,
      seed: 7,
      stop_sequences: ["END"],
      frequency_penalty: 0.5,
      presence_penalty: 0.5,
      prompt_truncation: "AUTO_PRESERVE_ORDER",
      return_prompt: true,
    },
  ],
  [
    "cohere.command-text-v14",
    {
      prompt: "M",
      max_tokens: 900,
      temperature: 0.5,
      p: 0.9,
      k: 5,
      stop_sequences: ["END"],
      num_generations: 2,
      return_likelihoods: "ALL",
      truncate: "END",
      logit_bias: { a: 1 },
    },
  ],
  [
    "amazon.titan-text-express-v1",
    {
      inputText: "User: M\nBot:",
      textGenerationConfig: { maxTokenCount: 900, temperature: 0.5, topP: 0.9, stopSequences: ["END"] },
    },
  ],
  [
    "meta.llama3-2-11b-instruct-v1:0",
    { prompt: "M", max_gen_len: 900, temperature: 0.5, top_p: 0.9, images: ["iVBORw0KGgo"] },
  ],
  [
    "mistral.mixtral-8x7b-instruct-v0:1",
    { prompt: "<s>[INST] M [/INST]", max_tokens: 900, temperature: 0.5, top_p: 0.9, top_k: 5, stop: ["END"] },
  ],
  ["us.deepseek.r1-v1:0", { prompt: "M", max_tokens: 900, temperature: 0.5, top_p: 0.9, stop: ["END"] }],
  [
    "ai21.jamba-1-5-mini-v1:0",
    {
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "M" },
      ],
      max_tokens: 900,
      temperature: 0.5,
      top_p: 0.9,
      stop: "END",
      n: 2,
      frequency_penalty: 0.5,
      presence_penalty: 0.5,
    },
  ],
];

const targets = [
  ["us.anthropic.claude-sonnet-4-6", "invoke_model"],
  ["us.anthropic.claude-sonnet-5", "invoke_model"],
  ["us.anthropic.claude-sonnet-4-6", "converse"],
  ["amazon.nova-pro-v1:0", "invoke_model"],
  ["amazon.nova-pro-v1:0", "converse"],
  ["mistral.mistral-large-3-675b-instruct", "invoke_model"],
  ["us.meta.llama4-scout-17b-instruct-v1:0", "invoke_model"],
  ["mistral.mistral-7b-instruct-v0:2", "invoke_model"],
  ["us.deepseek.r1-v1:0", "invoke_model"],
] as const;

/** The paths of all leaves. */
const leavesOf = (node: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] => {
  if (Array.isArray(node)) return node.flatMap((item, index) => leavesOf(item, [...path, index]));
  if (isObject(node))
    return Object.entries(node).flatMap(([key, value]) => leavesOf(value as Json, [...path, key]));
  return [path];
};

const withLeaf = (node: Json, [step, ...rest]: readonly (string | number)[], value: Json): Json => {
  if (step === undefined) return value;
  if (Array.isArray(node))
    return node.map((item, index) => (index === step ? withLeaf(item, rest, value) : item));
  return { ...(node as JsonObject), [step]: withLeaf((node as JsonObject)[step] as Json, rest, value) };
};

const valueAt = (node: Json, path: readonly (string | number)[]): Json =>
  path.reduce<Json>((inner, step) => (inner as never)[step], node);

/** Whether a note speaks of a place: of it, or of what it stands in. */
const names = (at: string, path: readonly (string | number)[]): boolean => {
  const steps = at.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  return steps.every((step, index) => String(path[index]) === step);
};

const column = "{{ column }}";

describe("migrate: a column in any leaf", () => {
  for (const [model, body] of bodies)
    it(`of ${model} is carried over or named, for every target`, () => {
      for (const path of leavesOf(body))
        for (const [to, api] of targets) {
          const before = valueAt(body, path);
          // The words of a prompt with marks stay around the column.
          const leaf =
            typeof before === "string" && /\[INST\]|Bot:/.test(before) ? before.replace("M", column) : column;
          const request_format = withLeaf(body, path, leaf) as JsonObject;
          const config = {
            region: "us-east-1",
            model_id: model,
            request_format,
            system_placeholders: "allow",
          };
          const migration = migrateConfig(config, { to, api });
          const place = `${path.join(".")} → ${to} (${api})`;
          if (migration instanceof ConnectorError) throw new Error(`${place}: ${migration.message}`);
          const { config: written, refused, notes } = migration;
          if (written === null) expect(refused, place).to.not.be.empty;
          else if (
            path[0] !== "anthropic_version" &&
            !JSON.stringify(written.request_format).includes(column)
          )
            expect(
              notes.some(({ at }) => names(at, path)),
              `${place} is lost: ${JSON.stringify(written.request_format)}`,
            ).to.equal(true);
        }
    });

  for (const [model, body] of bodies)
    it(`and what ${model} is told is written or named, for every target`, () => {
      for (const [to, api] of targets) {
        const config = { region: "us-east-1", model_id: model, request_format: body };
        const migration = migrateConfig(config, { to, api });
        if (migration instanceof ConnectorError) throw migration;
        const { config: written, notes } = migration;
        if (written === null) continue;
        const request = JSON.stringify(written.request_format);
        for (const path of leavesOf(body)) {
          const value = valueAt(body, path);
          const isSaid =
            typeof value === "string" ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
          if (fixed.has(String(path.at(-1))) || /^(?:<s>|User)/.test(String(value))) continue;
          if (!request.includes(isSaid))
            expect(
              notes.some(({ at }) => names(at, path)),
              `${path.join(".")} → ${to} (${api}) is lost`,
            ).to.equal(true);
        }
      }
    });
});

/** Keys whose values are words of a family and not of its user. */
const fixed = new Set([
  "anthropic_version",
  "schemaVersion",
  "type",
  "role",
  "media_type",
  "format",
  "url",
  "content",
  "arguments",
  "tool_choice",
]);
