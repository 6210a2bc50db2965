import { existsSync } from "node:fs";
import type { Fault, LocalAccount, Quota } from "../../testing/emulator/index.js";
import { wholeNumber } from "../arguments.js";
import type { Command } from "../command.js";
import { cannotRun } from "../failure.js";
import { safeCommand } from "../help.js";
import { readJsonFile } from "../json-file.js";
import { createTerminal, onInterrupt } from "../report/terminal.js";

/** A bucket for files of batch jobs, and for logs. */
const bucket = "local-bedrock";

/** So that a job is seen in each of its states, and does not keep anybody waiting. */
const jobSeconds = { Submitted: 2, Validating: 2, Scheduled: 6, InProgress: 10, Stopping: 2 };

export const emulate: Command = {
  usage: "[--port N] [--latency-ms N] [--quota Q] [--account F] [--faults F] [--logs]",
  options: {
    port: { value: "N", summary: "the port to listen on, 0 for any free one (default 9099)" },
    "latency-ms": { value: "N", summary: "how long an answer takes, in milliseconds (default 0)" },
    quota: {
      value: "Q",
      summary:
        'what the account lets in, to see throttling: "30/s burst 30, chance 5%" or a JSON file (default all)',
    },
    account: {
      value: "F",
      summary:
        "a JSON file with what the account has and how its batch jobs go (default one that may do all)",
    },
    faults: { value: "F", summary: "a JSON file with a list of what goes wrong (default nothing)" },
    logs: { summary: `keep model invocation logs in the bucket ${bucket}` },
  },
  notes: [
    "An account is such as the local Bedrock's README tells, in part: batch, logs, buckets, models, denied. While it runs, `POST /__account`, `/__faults`, `/__quota` and `/__clock` change it, and `GET /__stats` has the counts and the bill.",
    "A quota is any of these with commas between them: `30/s`, `burst 30`, `windows of 5s`, `200k tokens/min`, `token burst 50k`, `burndown 5`, `overload above 100`; throttled by chance `chance 5%`; an outage and a brownout `refused 10s..18s`, `refused 50% 20s..50s`; another one on the account `neighbour 0/20/35 every 10s`, `neighbour 50%`; `retry after 2s`; `seed 7` to have the same luck again. Seconds count from the first call.",
    "It answers on 127.0.0.1 only, and runs until Ctrl-C. What it answers is the mood, the gist and the names that word lists find in the prompt: good for trying things out, not for judging a language model.",
  ],
  run: async (given) => {
    const port = wholeNumber(given, "port", { fallback: 9099, least: 0, most: 65535 });
    const latencyMs = wholeNumber(given, "latency-ms", { fallback: 0, least: 0, most: 600_000 });
    const { demoApiKey, demoCredentials, startEmulator } = await import("../../testing/emulator/index.js");
    const { values } = given;
    const quota = await quotaOf(values.quota);
    const account: LocalAccount = {
      ...{ buckets: [bucket], batch: { seconds: jobSeconds } },
      ...(given.flags.has("logs") && { logging: { s3Config: { bucketName: bucket, keyPrefix: "logs" } } }),
      ...(values.account === undefined ? {} : ((await readJsonFile(values.account)) as LocalAccount)),
    };
    const faults = values.faults === undefined ? [] : ((await readJsonFile(values.faults)) as Fault[]);
    const options = { port, latencyMs, quota, account, faults };
    const emulator = await startEmulator(options).catch((error: NodeJS.ErrnoException) => {
      if (error instanceof TypeError) throw cannotRun(`--${optionOf(error.message)}: ${error.message}`);
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

/** The option that a complaint is of, by how it begins. */
function optionOf(complaint: string): "quota" | "faults" | "account" {
  if (/^(?:In the |The )?quota/.test(complaint)) return "quota";
  return /^(?:The )?faults/.test(complaint) ? "faults" : "account";
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
  const batch = {
    batch_s3_uri: `s3://${bucket}/batches`,
    batch_role_arn: "arn:aws:iam::123456789012:role/local-bedrock",
  };
  const seconds = Object.values(jobSeconds).reduce((sum, each) => sum + each) - jobSeconds.Stopping;
  return [
    "",
    "Save this as connection.json:",
    JSON.stringify(config, null, 2),
    "",
    "and in another terminal:",
    `  echo '{"id":1,"text":"The parcel came late and wet."}' | ${safeCommand} write --config connection.json`,
    "",
    `For batch jobs (write --batch; ${seconds} s each, of 100 rows or more) put into it as well:`,
    JSON.stringify(batch, null, 2).slice(2, -2),
    "",
  ].join("\n");
}
