import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel, closeLedger, inspectLedger, type Summary } from "../../src/index.js";
import { startServer } from "../support/http-server.js";
import { localConfig, roomy, syncConfig } from "../support/sync-config.js";

const [input, output] = [20, 10];
const content = [{ type: "text", text: "Fine." }];
const prompt = "{{ text }}";

/** One model that counts alike, wherever its counts stand. */
const ways = {
  "in headers": {
    api: "invoke_model",
    body: { role: "assistant", content, stop_reason: "end_turn" },
    headers: {
      "x-amzn-bedrock-input-token-count": String(input),
      "x-amzn-bedrock-output-token-count": String(output),
    },
  },
  "in the body alone": {
    api: "invoke_model",
    body: {
      role: "assistant",
      content,
      stop_reason: "end_turn",
      usage: { input_tokens: input, output_tokens: output },
    },
    headers: {},
  },
  "in the body of Converse": {
    api: "converse",
    body: {
      output: { message: { role: "assistant", content: [{ text: "Fine." }] } },
      stopReason: "end_turn",
      usage: { inputTokens: input, outputTokens: output, totalTokens: input + output },
    },
    headers: {},
  },
} as const;

const requestOf = (api: string, limit: number): string =>
  JSON.stringify(
    api === "converse"
      ? { messages: [{ role: "user", content: [{ text: prompt }] }], inferenceConfig: { maxTokens: limit } }
      : {
          anthropic_version: "bedrock-2023-05-31",
          max_tokens: limit,
          messages: [{ role: "user", content: prompt }],
        },
  );

for (const [way, { api, body, headers }] of Object.entries(ways))
  describe(`token counts that stand ${way}`, () => {
    let server: Awaited<ReturnType<typeof startServer>>;
    let folder: string;
    before(async () => {
      const answer = JSON.stringify(body);
      server = await startServer((request: IncomingMessage, response: ServerResponse) => {
        request.resume();
        response.writeHead(200, { "content-type": "application/json", ...headers }).end(answer);
      });
      folder = mkdtempSync(join(tmpdir(), "counts-"));
    });
    after(async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    });

    const write = async (count: number, settings: Record<string, unknown>, limit = 10): Promise<Summary> => {
      const connection = localConfig(server.url, {
        ...roomy,
        model_id: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        api,
        request_format: requestOf(api, limit),
        max_concurrency: "1",
        ...settings,
      });
      const rows = Array.from({ length: count }, (_, id) => ({ id, text: `Row ${id}` }));
      const { tracking } = await new AwsBedrockModel().write(syncConfig(connection), rows);
      return tracking.meta.summary as Summary;
    };

    it("settle max_tokens_total: 60 rows of 30 tokens fit under 3,000", async () => {
      const summary = await write(60, { max_tokens_total: "3000" });
      expect(summary).to.include({ enriched: 60, input_tokens: 60 * input, output_tokens: 60 * output });
    });

    it("settle max_spend_usd", async () => {
      // A row costs 0.04 dollars; the worst case of one is some 0.25.
      const prices = { input_price_usd: "1000", output_price_usd: "2000" };
      const summary = await write(60, { ...prices, max_spend_usd: "2.8" });
      expect(summary).to.include({ enriched: 60, cost_usd: 2.4 });
    });

    it("are in the ledger, in its sums and in what a run saves", async () => {
      const ledger = join(folder, "ledger");
      const prices = { input_price_usd: "1000", output_price_usd: "2000" };
      await write(5, { ...prices, ledger });
      const again = await write(5, { ...prices, ledger });
      expect(again).to.include({ enriched: 5, reused: 5, calls: 0, cost_usd: 0, saved_usd: 0.2 });
      await closeLedger(ledger);
      expect(await inspectLedger(ledger)).to.include({
        received: 5,
        input_tokens: 5 * input,
        output_tokens: 5 * output,
      });
    });

    it("tell how small an output limit would do", async () => {
      const { max_tokens_advice } = await write(120, { tokens_per_minute: "100000000" }, 4096);
      expect(max_tokens_advice).to.include({ max_tokens: 4096, output_p99: 10, enough: 12 });
    });
  });
