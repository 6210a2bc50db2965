import { expect } from "chai";
import { AwsBedrockModel, type LogEnvelope, type RecordMessage } from "../../src/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { modelFixtures } from "../support/fixtures.js";
import { startServer } from "../support/http-server.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

type Body = Record<string, unknown>;

const weather = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const openaiTool = {
  type: "function",
  function: { name: "weather", description: "Asks.", parameters: weather },
};

describe("read, as an agent calls it", () => {
  const emulator = useFreshBedrock();
  const connector = new AwsBedrockModel();

  const read = async (query: unknown, changes: Body = {}, onEvent?: (event: RecordMessage) => void) => {
    const connection_specification = localConfig(emulator.url, changes);
    return connector.read(
      syncConfig(undefined, { source: { connection_specification }, model: { query } }),
      onEvent,
    );
  };
  const bodyOf = (answer: RecordMessage[] | LogEnvelope): Body => {
    if (!Array.isArray(answer)) throw new Error(answer.log.message);
    return answer[0]?.record.data as Body;
  };

  /** What a payload becomes on the wire, and what a reply becomes for the caller. */
  const exchanged = async (payload: unknown, reply: unknown = {}, changes: Body = {}) => {
    const sent: { path: string; body: Body }[] = [];
    const server = await startServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += chunk;
      });
      request.on("end", () => {
        sent.push({ path: String(request.url).replace(/.*\//, ""), body: JSON.parse(text) });
        response.setHeader("content-type", "application/json");
        response.setHeader("x-amzn-requestid", "0f8fad5b-d9cb-469f-a165-70867728950e");
        response.end(JSON.stringify(reply));
      });
    });
    const answer = await read(payload, { endpoint: server.url, request_metadata: "none", ...changes });
    await server.close();
    return { ...(sent[0] ?? { path: "", body: {} }), answer };
  };
  const said = (text: string, more: Body = {}) => ({
    output: { message: { role: "assistant", content: [{ text }] } },
    stopReason: "end_turn",
    usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
    ...more,
  });

  describe("answers", () => {
    for (const { modelId, inferenceProfiles, profileRequired, expected } of modelFixtures) {
      if (expected.vector) continue;
      const model_id = profileRequired ? (inferenceProfiles[0] ?? `us.${modelId}`) : modelId;
      it(`reads choices[0].message.content of ${modelId}, asked in OpenAI's way with a system prompt`, async () => {
        const payload = {
          model: modelId,
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "The parcel came a week late." },
          ],
          max_tokens: 100,
        };
        const body = bodyOf(await read(JSON.stringify(payload), { model_id }));
        expect(body)
          .to.have.nested.property("choices[0].message.content")
          .that.matches(/parcel/);
        expect(body).to.have.nested.property("choices[0].finish_reason", "stop");
        expect(body).to.have.nested.property("output.message.content[0].text");
      });
    }

    it("puts a chat completion beside the service's own reply, with the counts of both", async () => {
      const { answer, path } = await exchanged(
        { model: "x", system: "Be brief.", messages: [{ role: "user", content: "Hi." }], max_tokens: 50 },
        said("Hello."),
      );
      expect(path).to.equal("converse");
      expect(bodyOf(answer)).to.deep.equal({
        ...said("Hello."),
        id: "0f8fad5b-d9cb-469f-a165-70867728950e",
        object: "chat.completion",
        model: "us.amazon.nova-lite-v1:0",
        choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
        usage: {
          inputTokens: 7,
          outputTokens: 3,
          totalTokens: 10,
          prompt_tokens: 7,
          completion_tokens: 3,
          total_tokens: 10,
        },
      });
    });

    for (const [stopReason, finish_reason] of Object.entries({
      end_turn: "stop",
      stop_sequence: "stop",
      max_tokens: "length",
      model_context_window_exceeded: "length",
      tool_use: "tool_calls",
      content_filtered: "content_filter",
      guardrail_intervened: "content_filter",
      something_new: "something_new",
    }))
      it(`calls ${stopReason} ${finish_reason}`, async () => {
        const { answer } = await exchanged(
          { model: "x", messages: [{ role: "user", content: "Hi." }] },
          said("", { stopReason }),
        );
        expect(bodyOf(answer)).to.have.nested.property("choices[0].finish_reason", finish_reason);
      });

    it("hands tool calls on as OpenAI writes them, also several, beside a text or alone", async () => {
      const use = (toolUseId: string, input: unknown) => ({ toolUse: { toolUseId, name: "weather", input } });
      const reply = (...content: unknown[]) =>
        said("", { output: { message: { role: "assistant", content } }, stopReason: "tool_use" });
      const payload = { model: "x", messages: [{ role: "user", content: "Hi." }], tools: [openaiTool] };
      const one = bodyOf(
        (await exchanged(payload, reply(use("t1", { city: "Rome" }), use("t2", {})))).answer,
      );
      expect(one).to.have.nested.property("choices[0].message.content", null);
      expect(one).to.have.deep.nested.property("choices[0].message.tool_calls", [
        { id: "t1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } },
        { id: "t2", type: "function", function: { name: "weather", arguments: "{}" } },
      ]);
      const both = bodyOf((await exchanged(payload, reply({ text: "I look." }, use("t1", {})))).answer);
      expect(both).to.have.nested.property("choices[0].message.content", "I look.");
    });

    it("holds a conversation with a tool against the local Bedrock", async () => {
      const messages: Body[] = [{ role: "user", content: "What is the weather in Rome?" }];
      const first = bodyOf(
        await read({ model: "x", messages, tools: [openaiTool], tool_choice: "required" }),
      );
      const { message, finish_reason } =
        (first.choices as { message: Body; finish_reason: string }[])[0] ?? {};
      expect(finish_reason).to.equal("tool_calls");
      const [call] = (message?.tool_calls ?? []) as {
        id: string;
        function: { name: string; arguments: string };
      }[];
      expect(call?.function.name).to.equal("weather");
      expect(JSON.parse(call?.function.arguments ?? "")).to.have.keys(["city"]);
      messages.push(message as Body, { role: "tool", tool_call_id: call?.id, content: "Sunny." });
      const second = bodyOf(await read({ model: "x", messages, tools: [openaiTool] }));
      expect(second).to.have.nested.property("choices[0].finish_reason", "stop");
      expect(second).to.have.nested.property("choices[0].message.content").that.contains("Rome");
    });

    it("streams ConverseStream's events, then the answer with its chat completion", async () => {
      const events: string[] = [];
      const answer = await read(
        {
          model: "x",
          messages: [{ role: "user", content: "I love it." }],
          tools: [openaiTool],
          tool_choice: "required",
        },
        { is_stream: true },
        (event) => events.push(...Object.keys(event.record.data)),
      );
      expect(events).to.include.members([
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
        "metadata",
      ]);
      expect(bodyOf(answer)).to.have.nested.property(
        "choices[0].message.tool_calls[0].function.name",
        "weather",
      );
    });

    it("says in plain words why there is no answer", async () => {
      emulator.setFaults([
        { kind: "error", status: 400, type: "ValidationException", message: "The model is invalid." },
      ]);
      const answer = await read({ model: "x", messages: [{ role: "user", content: "Hi." }] });
      expect(answer)
        .to.have.nested.property("log.message")
        .that.matches(/^invalid_request: /);
    });
  });

  describe("requests", () => {
    const converse = async (payload: Body, changes: Body = {}) => {
      const { path, body, answer } = await exchanged({ model: "x", ...payload }, said("ok"), changes);
      if (path === "") throw new Error((answer as LogEnvelope).log.message);
      expect(path).to.equal("converse");
      return body;
    };
    const user = (content: unknown) => ({ messages: [{ role: "user", content }] });

    it("collects the system's words from wherever they stand, and leaves blank ones out", async () => {
      const body = await converse({
        system: [{ type: "text", text: "One.", cache_control: { type: "ephemeral", ttl: "1h" } }],
        messages: [
          { role: "system", content: "Two." },
          { role: "system", content: null },
          { role: "user", content: "Hi." },
          { role: "developer", content: [{ type: "text", text: "Three." }] },
          { role: "user", content: [{ type: "text", text: " " }] },
        ],
      });
      expect(body).to.deep.equal({
        system: [
          { text: "One." },
          { cachePoint: { type: "default", ttl: "1h" } },
          { text: "Two." },
          { text: "Three." },
        ],
        messages: [{ role: "user", content: [{ text: "Hi." }] }],
      });
    });

    it("puts the system's words in front of the user's for a model that takes none", async () => {
      const messages = [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi." },
      ];
      expect(await converse({ messages }, { model_id: "amazon.titan-text-express-v1" })).to.deep.equal({
        messages: [{ role: "user", content: [{ text: "Be brief.\n\nHi." }] }],
      });
    });

    it("makes one turn of what follows in one role, and gives results of tools to the user", async () => {
      const call = (id: string) => ({
        id,
        type: "function",
        function: { name: "weather", arguments: '{"city":"Rome"}' },
      });
      const body = await converse({
        tools: [openaiTool],
        messages: [
          { role: "user", content: "Rome?" },
          { role: "assistant", content: "", tool_calls: [call("t1"), call("t2")] },
          { role: "tool", tool_call_id: "t1", content: "Sunny." },
          { role: "tool", tool_call_id: "t2", content: [{ type: "text", text: "Rainy." }] },
          { role: "user", content: "Which?" },
        ],
      });
      const use = (toolUseId: string) => ({
        toolUse: { toolUseId, name: "weather", input: { city: "Rome" } },
      });
      const result = (toolUseId: string, text: string) => ({
        toolResult: { toolUseId, content: [{ text }] },
      });
      expect(body.messages).to.deep.equal([
        { role: "user", content: [{ text: "Rome?" }] },
        { role: "assistant", content: [use("t1"), use("t2")] },
        { role: "user", content: [result("t1", "Sunny."), result("t2", "Rainy."), { text: "Which?" }] },
      ]);
      expect(body.toolConfig).to.deep.equal({
        tools: [{ toolSpec: { name: "weather", description: "Asks.", inputSchema: { json: weather } } }],
      });
    });

    it("reads Anthropic's blocks: tools used, their results, thinking, images and documents", async () => {
      const body = await converse({
        tools: [
          {
            name: "weather",
            description: "Asks.",
            input_schema: weather,
            cache_control: { type: "ephemeral" },
          },
        ],
        tool_choice: { type: "tool", name: "weather" },
        messages: [
          {
            role: "user",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "aW1n" } },
              {
                type: "document",
                title: "Q3_report.pdf",
                source: { type: "base64", media_type: "application/pdf", data: "cGRm" },
              },
              { type: "document", source: { type: "text", media_type: "text/plain", data: "Late." } },
              { type: "text", text: "Rome?" },
            ],
          },
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "Hm.", signature: "c2ln" },
              { type: "redacted_thinking", data: "eA==" },
              { type: "tool_use", id: "t1", name: "weather", input: { city: "Rome" } },
            ],
          },
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "t1", content: "No.", is_error: true }],
          },
        ],
      });
      expect(body.messages).to.deep.equal([
        {
          role: "user",
          content: [
            { image: { format: "jpeg", source: { bytes: "aW1n" } } },
            { document: { format: "pdf", name: "Q3-report", source: { bytes: "cGRm" } } },
            { document: { format: "txt", name: "document", source: { text: "Late." } } },
            { text: "Rome?" },
          ],
        },
        {
          role: "assistant",
          content: [
            { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } },
            { reasoningContent: { redactedContent: "eA==" } },
            { toolUse: { toolUseId: "t1", name: "weather", input: { city: "Rome" } } },
          ],
        },
        {
          role: "user",
          content: [{ toolResult: { toolUseId: "t1", content: [{ text: "No." }], status: "error" } }],
        },
      ]);
      expect(body.toolConfig).to.deep.equal({
        tools: [
          { toolSpec: { name: "weather", description: "Asks.", inputSchema: { json: weather } } },
          { cachePoint: { type: "default" } },
        ],
        toolChoice: { tool: { name: "weather" } },
      });
    });

    it("reads OpenAI's parts: images and files in data: and s3: addresses", async () => {
      const body = await converse(
        user([
          { type: "image_url", image_url: { url: "data:image/png;base64,aW1n", detail: "low" } },
          { type: "input_image", image_url: "s3://bucket/a/photo.JPG" },
          { type: "file", file: { filename: "notes (1).docx", file_data: `data:${docx};base64,ZA==` } },
          { type: "input_audio", input_audio: { data: "YQ==", format: "mp3" } },
          { type: "video_url", video_url: { url: "s3://bucket/a.mov" } },
          { type: "input_text", text: "What is this?" },
        ]),
      );
      expect(body.messages).to.have.deep.nested.property("[0].content", [
        { image: { format: "png", source: { bytes: "aW1n" } } },
        { image: { format: "jpeg", source: { s3Location: { uri: "s3://bucket/a/photo.JPG" } } } },
        { document: { format: "docx", name: "notes (1)", source: { bytes: "ZA==" } } },
        { audio: { format: "mp3", source: { bytes: "YQ==" } } },
        { video: { format: "mov", source: { s3Location: { uri: "s3://bucket/a.mov" } } } },
        { text: "What is this?" },
      ]);
    });
    const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    it("says what Converse has a word for in its words, and gives the rest to the model as it came", async () => {
      const body = await converse({
        ...user("Hi."),
        max_tokens: 10,
        max_completion_tokens: 20,
        temperature: 0,
        top_p: 0.5,
        top_k: 4,
        stop: "END",
        thinking: { type: "disabled" },
        reasoning_effort: "low",
        metadata: { run: "7" },
        service_tier: "flex",
        response_format: {
          type: "json_schema",
          json_schema: { name: "answer", schema: weather, strict: true },
        },
        stream: false,
        n: 1,
        user: "someone",
        presence_penalty: 0,
        parallel_tool_calls: true,
        seed: null,
      });
      expect(body).to.deep.equal({
        messages: [{ role: "user", content: [{ text: "Hi." }] }],
        inferenceConfig: { maxTokens: 20, temperature: 0, topP: 0.5, stopSequences: ["END"] },
        requestMetadata: { run: "7" },
        serviceTier: { type: "flex" },
        outputConfig: {
          textFormat: {
            type: "json_schema",
            structure: { jsonSchema: { schema: JSON.stringify(weather), name: "answer" } },
          },
        },
        additionalModelRequestFields: { top_k: 4, thinking: { type: "disabled" }, reasoning_effort: "low" },
      });
    });

    for (const [choice, expected] of [
      ["auto", undefined],
      ["required", { any: {} }],
      [{ type: "any" }, { any: {} }],
      [{ type: "auto" }, undefined],
      [{ type: "function", function: { name: "weather" } }, { tool: { name: "weather" } }],
      [{ auto: {} }, { auto: {} }],
    ] as const)
      it(`understands the tool choice ${JSON.stringify(choice)}`, async () => {
        const body = await converse({ ...user("Hi."), tools: [openaiTool], tool_choice: choice });
        expect((body.toolConfig as Body).toolChoice).to.deep.equal(expected);
      });

    const claude = { model_id: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" };
    const single = { disable_parallel_tool_use: true };
    for (const [payload, changes, expected] of [
      [{ tool_choice: { type: "auto", ...single } }, claude, { tool_choice: { type: "auto", ...single } }],
      [{ tool_choice: { type: "any", ...single } }, claude, { tool_choice: { type: "any", ...single } }],
      [
        { tool_choice: { type: "tool", name: "weather", ...single } },
        claude,
        { tool_choice: { type: "tool", name: "weather", ...single } },
      ],
      [{ parallel_tool_calls: false }, claude, { tool_choice: { type: "auto", ...single } }],
      [
        { parallel_tool_calls: false, tool_choice: "required" },
        claude,
        { tool_choice: { type: "any", ...single } },
      ],
      [{ parallel_tool_calls: false }, {}, { parallel_tool_calls: false }],
    ] as const)
      it(`asks for one call at a time where ${JSON.stringify(payload)} does, in one place`, async () => {
        const body = await converse({ ...user("Hi."), tools: [openaiTool], ...payload }, changes);
        expect(body.toolConfig).not.to.have.property("toolChoice");
        expect(body.additionalModelRequestFields).to.deep.equal(expected);
      });

    it("offers no tool where none is to be chosen, but the ones that messages have used", async () => {
      expect(
        await converse({ ...user("Hi."), tools: [openaiTool], tool_choice: "none" }),
      ).not.to.have.property("toolConfig");
      const messages = [
        { role: "user", content: "Rome?" },
        {
          role: "assistant",
          tool_calls: [{ id: "t1", type: "function", function: { name: "old", arguments: "" } }],
        },
        { role: "tool", tool_call_id: "t1", content: "Sunny." },
      ];
      expect((await converse({ messages })).toolConfig).to.deep.equal({
        tools: [{ toolSpec: { name: "old", inputSchema: { json: { type: "object" } } } }],
      });
    });

    it("gives a vendor's own tools to the model as they came", async () => {
      const bash = { type: "bash_20250124", name: "bash" };
      expect(await converse({ ...user("Hi."), tools: [bash, openaiTool] })).to.have.deep.nested.property(
        "additionalModelRequestFields",
        { tools: [bash] },
      );
      const alone = { ...user("Hi."), tools: [bash], tool_choice: { type: "any" } };
      expect((await converse(alone)).additionalModelRequestFields).to.deep.equal({
        tools: [bash],
        tool_choice: { type: "any" },
      });
    });

    it("gives what only some models know to the model, never drops it", async () => {
      const asked = { seed: 7, n: 2, logprobs: true, response_format: { type: "json_object" }, acme: [1] };
      expect((await converse({ ...user("Hi."), ...asked })).additionalModelRequestFields).to.deep.equal(
        asked,
      );
    });

    it("reads refusals and cache points of whole messages", async () => {
      const cache_control = { type: "ephemeral" };
      const { system, messages } = await converse({
        messages: [
          { role: "system", content: "Be brief.", cache_control },
          { role: "user", content: "Hi.", cache_control },
          { role: "assistant", content: null, refusal: "I will not." },
          { role: "user", content: "Please." },
        ],
      });
      const point = { cachePoint: { type: "default" } };
      expect(system).to.deep.equal([{ text: "Be brief." }, point]);
      expect(messages).to.deep.equal([
        { role: "user", content: [{ text: "Hi." }, point] },
        { role: "assistant", content: [{ text: "I will not." }] },
        { role: "user", content: [{ text: "Please." }] },
      ]);
    });

    it("names in the answer what was left out, and says nothing where nothing was", async () => {
      const messages = [
        { role: "user", name: "Ann", content: "Hi.", audio: null },
        { role: "assistant", content: "Hm.", annotations: [], reasoning_content: "Who is it?" },
        { role: "user", name: "Ben", content: "Hi." },
      ];
      const { answer } = await exchanged({ model: "x", messages, user: "u1", stream: true }, said("ok"));
      expect(bodyOf(answer)._bedrock).to.deep.equal({
        remarks: [
          "left out, since neither Converse nor the model takes it: user, messages[].name, messages[].reasoning_content",
        ],
      });
      expect(
        bodyOf((await exchanged({ model: "x", ...user("Hi.") }, said("ok"))).answer),
      ).not.to.have.property("_bedrock");
    });

    it("lets the service name the key that it refuses", async () => {
      const reason = "Malformed input request: #: extraneous key [acme_mode] is not permitted, not Ann.";
      emulator.setFaults([{ kind: "error", status: 400, type: "ValidationException", message: reason }]);
      const answer = await read({ model: "x", ...user("Hi, Ann."), acme_mode: 1 });
      expect(answer).to.have.nested.property("log.message").that.contains("extraneous key [acme_mode]");
      expect(JSON.stringify(answer)).not.to.contain("Ann");
    });

    it("keeps the guardrail and the service tier of the settings", async () => {
      const changes = { guardrail_identifier: "gr1", guardrail_version: "2" };
      expect(await converse(user("Hi."), changes))
        .to.have.deep.property("guardrailConfig")
        .that.includes({ guardrailIdentifier: "gr1" });
    });

    for (const [what, payload, complaint] of [
      [
        "an image on the web",
        user([{ type: "image_url", image_url: { url: "https://a.example/secret.png" } }]),
        /messages\[0\]\.content\[0\] must be a data: address/,
      ],
      [
        "arguments that are no JSON",
        {
          messages: [
            { role: "user", content: "Hi." },
            { role: "assistant", tool_calls: [{ id: "t", function: { name: "a", arguments: "{secret" } }] },
          ],
        },
        /messages\[1\]\.tool_calls\[0\]\.function\.arguments must be a JSON object/,
      ],
      [
        "a role that is not known",
        { messages: [{ role: "secret", content: "Hi." }] },
        /messages\[0\]\.role must be one of/,
      ],
      ["nothing of the user's", user("  "), /messages have nothing of the user's/],
    ] as const)
      it(`refuses ${what} before any money is spent, by its place and not by its value`, async () => {
        const answer = await read({ model: "x", ...payload });
        expect(answer)
          .to.have.nested.property("log.message")
          .that.matches(/^invalid_body: /);
        expect(answer).to.have.nested.property("log.message").that.matches(complaint);
        expect(JSON.stringify(answer)).not.to.contain("secret");
        expect(emulator.stats().requests).to.equal(0);
      });
  });

  describe("tells chats from bodies of the model's own", () => {
    const claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    for (const [what, model_id, payload, path] of [
      [
        "Claude's own body",
        claude,
        {
          anthropic_version: "bedrock-2023-05-31",
          max_tokens: 5,
          messages: [{ role: "user", content: "Hi." }],
        },
        "invoke",
      ],
      [
        "Anthropic's body",
        claude,
        { max_tokens: 5, messages: [{ role: "user", content: "Hi." }] },
        "converse",
      ],
      [
        "Anthropic's body with its version and a model",
        claude,
        {
          model: "claude",
          anthropic_version: "2023-06-01",
          max_tokens: 5,
          messages: [{ role: "user", content: "Hi." }],
        },
        "converse",
      ],
      [
        "Nova's own body",
        undefined,
        { messages: [{ role: "user", content: [{ text: "Hi." }] }], inferenceConfig: { maxTokens: 5 } },
        "invoke",
      ],
      [
        "Nova's own body without a setting",
        undefined,
        { messages: [{ role: "user", content: [{ text: "Hi." }] }] },
        "invoke",
      ],
      [
        "typed parts for Nova",
        undefined,
        { messages: [{ role: "user", content: [{ type: "text", text: "Hi." }] }] },
        "converse",
      ],
      [
        "OpenAI's limit for Nova",
        undefined,
        { messages: [{ role: "user", content: [{ text: "Hi." }] }], max_tokens: 5 },
        "converse",
      ],
      [
        "a chat for Llama",
        "us.meta.llama3-3-70b-instruct-v1:0",
        { messages: [{ role: "user", content: "Hi." }] },
        "converse",
      ],
      [
        "a chat completion's own body",
        "openai.gpt-oss-120b-1:0",
        { messages: [{ role: "user", content: "Hi." }], max_tokens: 5 },
        "invoke",
      ],
      [
        "a chat completion that names a model",
        "openai.gpt-oss-120b-1:0",
        { model: "gpt", messages: [{ role: "user", content: "Hi." }], max_tokens: 5 },
        "converse",
      ],
      [
        "Anthropic's body for a chat completion",
        "openai.gpt-oss-120b-1:0",
        { system: "Be brief.", messages: [{ role: "user", content: "Hi." }], max_tokens: 5 },
        "converse",
      ],
      [
        "a body for a model that no family knows",
        "acme.model-1",
        { messages: [{ role: "user", content: "Hi." }] },
        "invoke",
      ],
      [
        "a chat for a model that no family knows",
        "acme.model-1",
        { model: "x", messages: [{ role: "user", content: "Hi." }] },
        "converse",
      ],
    ] as const)
      it(`sends ${what} to ${path}`, async () => {
        const sent = await exchanged(payload, said("ok"), model_id ? { model_id } : {});
        expect(sent.path).to.equal(path);
      });

    it("takes Converse's own body as it is where the settings say converse, and a chat as a chat", async () => {
      const own = {
        messages: [{ role: "user", content: [{ text: "Hi." }] }],
        system: [{ text: "Be brief." }],
      };
      expect((await exchanged(own, said("ok"), { api: "converse" })).body).to.deep.equal(own);
      const chat = { system: "Be brief.", messages: [{ role: "user", content: "Hi." }] };
      expect((await exchanged(chat, said("ok"), { api: "converse" })).body).to.deep.equal(own);
    });
  });
});
