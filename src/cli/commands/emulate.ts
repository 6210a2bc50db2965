import { existsSync } from "node:fs";
import type { Quota } from "../../testing/emulator/index.js";
import { wholeNumber } from "../arguments.js";
import type { Command } from "../command.js";
import { cannotRun } from "../failure.js";
import { safeCommand } from "../help.js";
import { readJsonFile } from "../json-file.js";
import { createTerminal, onInterrupt } from "../report/terminal.js";

export const emulate: Command = {
  usage: "[--port N] [--latency-ms N] [--quota Q]",
  options: {
    port: { value: "N", summary: "the port to listen on, 0 for any free one (default 9099)" },
    "latency-ms": { value: "N", summary: "how long an answer takes, in milliseconds (default 0)" },
    quota: {
      value: "Q",
      summary:
        'what the account lets in, to see throttling: "30/s burst 30, chance 5%" or a JSON file (default all)',
    },
  },
  notes: [
    "A quota is any of these with commas between them: `30/s`, `burst 30`, `windows of 5s`, `200k tokens/min`, `token burst 50k`, `burndown 5`, `overload above 100`; throttled by chance `chance 5%`; an outage and a brownout `refused 10s..18s`, `refused 50% 20s..50s`; another one on the account `neighbour 0/20/35 every 10s`, `neighbour 50%`; `retry after 2s`; `seed 7` to have the same luck again. Seconds count from the first call.",
    "It answers on 127.0.0.1 only, and runs until Ctrl-C. What it answers is the mood, the gist and the names that word lists find in the prompt: good for trying things out, not for judging a language model.",
  ],
  run: async (given) => {
    const port = wholeNumber(given, "port", { fallback: 9099, least: 0, most: 65535 });
    const latencyMs = wholeNumber(given, "latency-ms", { fallback: 0, least: 0, most: 600_000 });
    const { demoApiKey, demoCredentials, startEmulator } = await import("../../testing/emulator/index.js");
    const quota = await quotaOf(given.values.quota);
    const emulator = await startEmulator({ port, latencyMs, quota }).catch((error: NodeJS.ErrnoException) => {
      if (error instanceof TypeError) throw cannotRun(`--quota: ${error.message}`);
      const reason = error.code === "EADDRINUSE" ? "it is in use; choose another with --port" : error.message;
      throw cannotRun(`cannot listen on port ${port}: ${reason}`);
    });
    // Before the words that invite a signal.
    const interrupted = new Promise<void>((resolve) => onInterrupt(resolve));
    const terminal = createTerminal(process.stderr);
    for (const line of openingLines(emulator.url, demoCredentials, demoApiKey)) terminal.say(line);
    // Both are to be copied, so they are not folded.
    process.stderr.write(demoFiles(emulator.url, demoCredentials));
    await interrupted;
    await emulator.close();
    process.stderr.write("closed\n");
    return 0;
  },
};

/** In words, or in a JSON file. */
async function quotaOf(given: string | undefined): Promise<Quota | string | null> {
  if (given === undefined) return null;
  return /\.json$/i.test(given) || existsSync(given) ? ((await readJsonFile(given)) as Quota) : given;
}

interface Keys {
  access_key: string;
  secret_access_key: string;
}

function openingLines(url: string, { access_key, secret_access_key }: Keys, apiKey: string): string[] {
  return [
    `local Bedrock at ${url}, where word lists answer, not a language model (Ctrl-C to stop)`,
    `access key ${access_key}, secret ${secret_access_key}; or API key ${apiKey}`,
  ];
}

function demoFiles(url: string, keys: Keys): string {
  const config = {
    endpoint: url,
    region: "us-east-1",
    ...keys,
    model_id: "us.amazon.nova-lite-v1:0",
    request_format: {
      messages: [{ role: "user", content: [{ text: "In one sentence: {{ text }}" }] }],
      inferenceConfig: { maxTokens: 100 },
    },
  };
  return [
    "",
    "Save this as connection.json:",
    JSON.stringify(config, null, 2),
    "",
    "and in another terminal:",
    `  echo '{"id":1,"text":"The parcel came late and wet."}' | ${safeCommand} write --config connection.json`,
    "",
  ].join("\n");
}
