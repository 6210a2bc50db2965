import { expect } from "chai";
import fc from "fast-check";
import { ConnectorError } from "../../src/core/errors.js";
import type { JsonObject } from "../../src/core/json.js";
import { isChat } from "../../src/hooks/chat/is-chat.js";
import { toConverse } from "../../src/hooks/chat/to-converse.js";
import { converse } from "../../src/models/families/converse.js";
import { families } from "../../src/models/families/index.js";
import { checkBody } from "../../src/models/lint-body.js";

const words = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
const maybeBlank = fc.oneof(words, fc.constantFrom("", " ", "\n"));
const id = fc.string({ minLength: 1, maxLength: 8, unit: "grapheme-ascii" });
const args = fc.dictionary(id, fc.jsonValue({ maxDepth: 1 }), { noNullPrototype: true });

const openaiParts = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("text"), text: maybeBlank }),
    fc.constant({ type: "image_url", image_url: { url: "data:image/png;base64,aW1n" } }),
  ),
  { minLength: 1, maxLength: 3 },
);
const openaiMessage = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer"), content: maybeBlank }),
  fc.record({ role: fc.constant("user"), content: fc.oneof(maybeBlank, openaiParts) }),
  fc.record(
    {
      role: fc.constant("assistant"),
      content: fc.option(maybeBlank),
      tool_calls: fc.array(
        fc.record({
          id,
          type: fc.constant("function"),
          function: fc.record({ name: id, arguments: args.map((value) => JSON.stringify(value)) }),
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ["role", "content"] },
  ),
  fc.record({ role: fc.constant("tool"), tool_call_id: id, content: maybeBlank }),
);
const anthropicMessage = fc.record({
  role: fc.constantFrom("user", "assistant"),
  content: fc.oneof(
    maybeBlank,
    fc.array(
      fc.oneof(
        fc.record({ type: fc.constant("text"), text: maybeBlank }),
        fc.record({ type: fc.constant("tool_use"), id, name: id, input: args }),
        fc.record({ type: fc.constant("tool_result"), tool_use_id: id, content: maybeBlank }),
        fc.record({ type: fc.constant("thinking"), thinking: words, signature: id }),
      ),
      { maxLength: 3 },
    ),
  ),
});
const settings = fc.record(
  {
    max_tokens: fc.integer({ min: 1, max: 4096 }),
    temperature: fc.double({ min: 0, max: 1, noNaN: true }),
    stop: fc.oneof(words, fc.array(words, { maxLength: 2 })),
    stream: fc.boolean(),
    tool_choice: fc.constantFrom("auto", "none", "required"),
    tools: fc.array(
      fc.record({ type: fc.constant("function"), function: fc.record({ name: id, parameters: args }) }),
      {
        maxLength: 2,
      },
    ),
    user: id,
    top_k: fc.nat(),
  },
  { requiredKeys: [] },
);
const openai = fc
  .tuple(fc.array(openaiMessage, { minLength: 1, maxLength: 6 }), settings)
  .map(([messages, more]) => ({ model: "x", messages, ...more }));
const anthropic = fc
  .tuple(fc.array(anthropicMessage, { minLength: 1, maxLength: 6 }), settings, fc.option(maybeBlank))
  .map(([messages, more, system]) => ({ model: "x", system, messages, ...more }));
const payload = fc.oneof(openai, anthropic).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

interface Turn {
  readonly role: string;
  readonly content: readonly JsonObject[];
}

/** The texts of the user and the model that a request, or a payload, says, in their order. */
const textsOf = (messages: unknown): string[] =>
  (messages as { role: string; content: unknown }[]).flatMap(({ role, content }) => {
    if (role === "system" || role === "developer" || role === "tool") return [];
    const parts =
      typeof content === "string" ? [{ text: content }] : ((content ?? []) as { text?: string }[]);
    return parts.flatMap(({ text }) => (text !== undefined && text.trim() !== "" ? [text] : []));
  });

describe("chats of any shape", () => {
  const model = { takesSystem: true, singleInChoice: false };
  const converted = (given: JsonObject, takesSystem = true): { messages: Turn[] } & JsonObject => {
    const translated = toConverse(given, { ...model, takesSystem });
    if (translated instanceof ConnectorError) throw translated;
    return translated.request as unknown as { messages: Turn[] } & JsonObject;
  };
  const says = (given: JsonObject): boolean => !(toConverse(given, model) instanceof ConnectorError);

  it("are told as such for every family, and become a body that Converse takes", () => {
    fc.assert(
      fc.property(payload, fc.constantFrom(null, ...families), (given, family) => {
        expect(isChat(given, family, [])).to.equal(true);
        fc.pre(says(given));
        expect(checkBody(converse, converted(given))).to.equal(null);
      }),
    );
  });

  it("lose no text and change none, and their turns alternate", () => {
    fc.assert(
      fc.property(payload.filter(says), (given) => {
        const { messages } = converted(given);
        expect(textsOf(messages)).to.deep.equal(textsOf(given.messages));
        messages.forEach(({ role, content }, index) => {
          expect(content).not.to.deep.equal([]);
          expect(role).not.to.equal(messages[index + 1]?.role);
        });
      }),
    );
  });

  it("bring the tools that they have used along", () => {
    fc.assert(
      fc.property(payload.filter(says), (given) => {
        const { messages, toolConfig } = converted(given);
        const used = messages.flatMap(({ content }) => content).some(({ toolUse }) => toolUse !== undefined);
        if (used) expect(toolConfig).to.have.property("tools").that.is.not.empty;
      }),
    );
  });

  it("say the system's words to a model that takes no system prompt", () => {
    fc.assert(
      fc.property(payload.filter(says), (given) => {
        const folded = JSON.stringify(converted(given, false));
        expect(JSON.parse(folded)).not.to.have.property("system");
        const system = (converted(given).system ?? []) as { text: string }[];
        for (const { text } of system) expect(folded).to.contain(JSON.stringify(text).slice(1, -1));
      }),
    );
  });

  it("are read the same again: a body of Converse's own stays as it is", () => {
    fc.assert(
      fc.property(payload.filter(says), (given) => {
        const once = converted(given);
        expect(converted(once)).to.deep.equal(once);
      }),
    );
  });

  it("never throw, whatever stands in them", () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        "messages",
        "system",
        "tools",
        "tool_choice",
        "response_format",
        "metadata",
        "stop",
        "toolConfig",
      ),
      fc.jsonValue(),
    );
    const messages = fc.array(
      fc.dictionary(fc.constantFrom("role", "content", "tool_calls", "tool_call_id", "type"), fc.jsonValue()),
    );
    fc.assert(
      fc.property(anything, messages, (given, list) => {
        const body = JSON.parse(
          JSON.stringify({ ...given, ...(list.length > 0 && { messages: list }) }),
        ) as JsonObject;
        isChat(body, converse, []);
        toConverse(body, model);
        toConverse(body, { takesSystem: false, singleInChoice: true });
      }),
    );
  });
});
