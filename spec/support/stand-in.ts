import { AwsBedrockModel, type Summary } from "../../src/index.js";
import { startServer } from "./http-server.js";
import { type Row, rowsOf } from "./rows.js";
import { localConfig, syncConfig } from "./sync-config.js";

const prompt = "What is it about?\n\n{{ text }}";
const turns = (content: unknown) => ({ messages: [{ role: "user", content }] });

/** A model and a request of it, by the names that specs call it. */
const models = {
  claude: {
    model_id: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    request_format: { anthropic_version: "bedrock-2023-05-31", max_tokens: 300, ...turns(prompt) },
  },
  /** Asked for typed answers in words. */
  "claude in words": {
    model_id: "us.anthropic.claude-sonnet-5",
    request_format: { anthropic_version: "bedrock-2023-05-31", max_tokens: 300, ...turns(prompt) },
  },
  nova: { model_id: "us.amazon.nova-lite-v1:0", request_format: turns([{ text: prompt }]) },
  kimi: { model_id: "moonshot.kimi-k2-thinking", request_format: { max_tokens: 300, ...turns(prompt) } },
  qwen: { model_id: "qwen.qwen3-32b-v1:0", request_format: { max_tokens: 300, ...turns(prompt) } },
  "gpt-oss": { model_id: "openai.gpt-oss-20b-1:0", request_format: turns(prompt) },
  pixtral: {
    model_id: "us.mistral.pixtral-large-2502-v1:0",
    request_format: { max_tokens: 300, ...turns(prompt) },
  },
  jamba: { model_id: "ai21.jamba-1-5-mini-v1:0", request_format: { max_tokens: 300, ...turns(prompt) } },
  llama: { model_id: "us.meta.llama3-3-70b-instruct-v1:0", request_format: { prompt, max_gen_len: 300 } },
  r1: { model_id: "us.deepseek.r1-v1:0", request_format: { prompt, max_tokens: 300 } },
  mistral: { model_id: "mistral.mistral-7b-instruct-v0:2", request_format: { prompt, max_tokens: 300 } },
  titan: { model_id: "amazon.titan-text-lite-v1", request_format: { inputText: prompt } },
  command: { model_id: "cohere.command-text-v14", request_format: { prompt, max_tokens: 300 } },
  "command-r": { model_id: "cohere.command-r-v1:0", request_format: { message: prompt } },
} as const;

export type StandInModel = keyof typeof models;

/** The settings of one of those models, through its own API or through Converse. */
export const settingsOf = (model: StandInModel, api: "invoke_model" | "converse" = "invoke_model") => {
  const { model_id, request_format } = models[model];
  return {
    model_id,
    api,
    request_format: JSON.stringify(
      api === "converse"
        ? { ...turns([{ text: prompt }]), inferenceConfig: { maxTokens: 300 } }
        : request_format,
    ),
  };
};

/** What a stand-in for Bedrock answers: a body, and headers beside it. */
interface Answer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A Bedrock that answers every call with what a spec gives it, one after the other, the last one for ever. */
export const useStandIn = () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let answers: readonly Answer[] = [];
  let sent: { headers: Record<string, unknown>; body: Record<string, unknown> }[] = [];
  before(async () => {
    server = await startServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const { body, headers = {} } = answer ?? { body: "" };
      response
        .writeHead(200, { "content-type": "application/json", ...headers })
        .end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  after(() => server.close());
  return {
    url: () => server.url,
    sent: () => sent,
    /** Enriches rows with these answers. */
    async run(
      settings: object,
      given: Answer | readonly Answer[],
      rows: readonly object[] = [{ text: "The parcel is late." }],
    ): Promise<{ row: Row; rows: Row[]; summary: Summary }> {
      answers = [given].flat() as Answer[];
      sent = [];
      const config = localConfig(server.url, { max_concurrency: "1", ...settings });
      const message = await new AwsBedrockModel().write(syncConfig(config), rows);
      const [row] = rowsOf(message);
      return { row: row as Row, rows: rowsOf(message), summary: message.tracking.meta.summary as Summary };
    },
  };
};
