import { expect } from "chai";
import { ExactNumber } from "../../src/core/exact-number.js";
import type { JsonObject } from "../../src/core/json.js";
import { claude } from "../../src/models/families/claude.js";
import { cohereCommand } from "../../src/models/families/cohere-command.js";
import { converse } from "../../src/models/families/converse.js";
import type { Family } from "../../src/models/families/family.js";
import { nova } from "../../src/models/families/nova.js";
import { openaiChat } from "../../src/models/families/openai-chat.js";
import { beyondBytes, mostOutput } from "../../src/models/worst-case.js";

const text = { role: "user", content: [{ type: "text", text: "Hi." }] };
const withBlock = (block: unknown): JsonObject =>
  ({ messages: [{ role: "user", content: [block] }] }) as JsonObject;

describe("the most output tokens of a body", () => {
  const cases: [string, Family, JsonObject, unknown][] = [
    ["is none without a limit", claude, {}, null],
    ["is none where the limit is null", claude, { max_tokens: null }, null],
    ["is the larger of two names", openaiChat, { max_tokens: 10, max_completion_tokens: 900 }, 900],
    ["counts the answers of a chat", openaiChat, { max_tokens: 10, n: 5 }, 50],
    ["counts the generations of Cohere", cohereCommand, { max_tokens: 10, num_generations: 5 }, 50],
    [
      "sees a limit among fields of the model's own",
      converse,
      { inferenceConfig: { maxTokens: 10 }, additionalModelRequestFields: { max_tokens: 700, n: 2 } },
      1400,
    ],
    [
      "sees a budget of reasoning above it",
      claude,
      { max_tokens: 10, thinking: { type: "enabled", budget_tokens: 2048 } },
      2048,
    ],
    ["is no word of a schema or of a message", claude, { max_tokens: 5, messages: [{ n: 9 }] }, 5],
    ["takes a number that was written 7.0", claude, { max_tokens: new ExactNumber("7.0") } as never, 7],
    ["is 0 where 0 is asked for", claude, { max_tokens: 0 }, 0],
    [
      "sees limits by names of others",
      converse,
      { inferenceConfig: { maxTokens: 1 }, x: { max_length: 9 } },
      9,
    ],
    [
      "sees a budget by another name",
      converse,
      { inferenceConfig: { maxTokens: 1 }, x: { thinkingBudget: 9 } },
      9,
    ],
    ["counts answers by names of others", openaiChat, { max_tokens: 5, num_samples: 4 }, 20],
    [
      "is no word of the user's own",
      converse,
      { requestMetadata: { n: "x", max_tokens: "y" } } as JsonObject,
      null,
    ],
  ];
  for (const [title, family, body, most] of cases)
    it(title, () => {
      expect(mostOutput(body, family)).to.equal(most);
    });

  for (const limit of [-100_000, -1, 0.5, 1e300, "100", true, {}, Number.NaN])
    it(`is a fault where the limit is ${JSON.stringify(limit)}`, () => {
      expect(mostOutput({ max_tokens: limit } as JsonObject, claude)).to.match(/^max_tokens must be a whole/);
    });
  for (const n of [-1, 0, 1.5])
    it(`is a fault where ${n} answers are asked for`, () => {
      expect(mostOutput({ max_tokens: 5, n }, openaiChat)).to.match(
        /^n must be a whole number of at least 1/,
      );
    });
});

describe("a limit or a number of answers that is none", () => {
  for (const body of [
    { additionalModelRequestFields: { max_tokens: "900" } },
    { additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: "4096" } } },
    { additionalModelRequestFields: { max_tokens: true } },
    { additionalModelRequestFields: { n: "5" } },
    { n: true },
    { n: "5" },
  ])
    it(`is a fault, whatever it is: ${JSON.stringify(body)}`, () => {
      expect(mostOutput(body as JsonObject, converse)).to.match(
        / must be a whole number of at least [01]\.$/,
      );
    });
});

describe("what the bytes of a body do not bound", () => {
  const bound = { tokens: 0, unbounded: [] };
  for (const [title, body] of Object.entries({
    texts: { max_tokens: 5, system: [text.content[0]], messages: [text] },
    "calls of tools and what came of them": withBlock({ type: "tool_use", name: "t", input: { url: "x" } }),
    "points of a cache": withBlock({ type: "text", text: "x", cache_control: { type: "ephemeral" } }),
    "a schema that names images": { output_config: { format: { schema: { properties: { image: {} } } } } },
  }))
    it(`is nothing of ${title}`, () => {
      expect(beyondBytes(body as JsonObject, claude)).to.deep.equal(bound);
    });

  it("is a prompt of the service for tools, and a most for each image of Claude", () => {
    const tools = [{ name: "a", input_schema: {} }];
    expect(beyondBytes({ tools } as JsonObject, claude)).to.deep.equal({ tokens: 1064, unbounded: [] });
    for (const image of [
      { type: "image", source: { type: "base64", data: "x" } },
      { image: { format: "png" } },
    ])
      expect(beyondBytes(withBlock(image), claude)).to.deep.equal({ tokens: 4784, unbounded: [] });
  });

  for (const [block, family, named] of [
    [{ image: { source: {} } }, nova, "an image"],
    [{ type: "image", source: {} }, openaiChat, "an image"],
    [{ type: "image_url", image_url: { url: "x" } }, openaiChat, "image_url"],
    [{ video: { source: { s3Location: { uri: "s3://x" } } } }, nova, "video"],
    [{ document: { source: { bytes: "x" } } }, converse, "document"],
    [{ type: "document", source: {} }, claude, "document"],
    [{ type: "something_new" }, claude, "something_new"],
  ] as const)
    it(`is anything where a block is ${JSON.stringify(block)}, and named`, () => {
      expect(beyondBytes(withBlock(block), family).unbounded).to.include(named);
    });
  for (const [body, named] of [
    [{ tools: [{ type: "web_search_20250305", name: "w" }] }, "the tool web_search_20250305"],
    [{ toolConfig: { tools: [{ systemTool: { name: "nova_grounding" } }] } }, "systemTool"],
    [{ promptVariables: { a: { text: "x" } } }, "promptVariables"],
    [{ inputImage: "x" }, "inputImage"],
    [{ mcp_servers: [{ type: "url", url: "https://x" }] }, "mcp_servers"],
    [{ web_search_options: {} }, "web_search_options"],
    [{ performanceConfig: { latency: "optimized" } }, "performanceConfig, whose price is not known"],
  ] as const)
    it(`is anything of ${JSON.stringify(body)}, and named`, () => {
      expect(beyondBytes(body as unknown as JsonObject, claude).unbounded).to.deep.equal([named]);
    });
});
