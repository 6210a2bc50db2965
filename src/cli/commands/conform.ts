import { fileFailure } from "../../core/file-failure.js";
import type { RuleResult } from "../../testing/conformance/index.js";
import { wholeNumber } from "../arguments.js";
import type { Arguments, Command } from "../command.js";
import { cannotRun, wrongUsage } from "../failure.js";

/** `bedrock-model conform`, as data. */
export const conform: Command = {
  usage:
    "[--descriptor FILE | --delivery WAY] [--adapter class|command] [--only IDS]\n       [--timeout SECONDS] [--json] [--junit FILE]",
  options: {
    descriptor: {
      value: "FILE",
      summary: "what the suite has to know of the connector, JSON (default: this one)",
    },
    delivery: {
      value: "WAY",
      summary: "how this connector has records delivered: now, batch or auto (default: now)",
    },
    adapter: { value: "KIND", summary: "class or command (default: the first that the descriptor has)" },
    only: { value: "IDS", summary: "beginnings of row ids, with commas between: S,C or W02" },
    timeout: { value: "SECONDS", summary: "how long a start, and each row, may take (default: 60)" },
    json: { summary: "print one JSON array instead of a table" },
    junit: { value: "FILE", summary: "write a JUnit report here too, replacing the file" },
  },
  notes: [
    "Every row is one rule. Rows that the descriptor or the adapter gives no means for are skipped, with the reason. schemas/conformance.json of the package describes the descriptor.",
    "A command answers JSON lines: { id, hook, args } on its stdin, { id, message } on its stdout. It and the stand-in server are started in the descriptor's folder, with PATH, HOME and the descriptor's environment only.",
    "Exit code 0 when no row failed, 3 when one did, 1 when the suite could not be run.",
  ],
  run: async (given) => {
    const { table } = await import("../../testing/conformance/index.js");
    const { name, results } = await runRules(given);
    if (given.values.junit !== undefined) await writeReport(given.values.junit, name, results);
    const json = given.flags.has("json");
    process.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : table(results));
    return results.some(({ verdict }) => verdict === "fail") ? 3 : 0;
  },
};

const runRules = async (options: Arguments): Promise<{ name: string; results: RuleResult[] }> => {
  const { values } = options;
  const { adapter, only } = values;
  const timeout = wholeNumber(options, "timeout", { fallback: 60, least: 1, most: 3600 });
  if (adapter !== undefined && adapter !== "class" && adapter !== "command")
    throw wrongUsage(`--adapter is class or command, not ${JSON.stringify(adapter)}`);
  const wanted = only?.split(",").map((beginning) => beginning.trim().toUpperCase());
  const { rules, runConformance } = await import("../../testing/conformance/index.js");
  const stranger = wanted?.find((beginning) => !rules.some(({ id }) => id.startsWith(beginning)));
  if (stranger !== undefined) throw wrongUsage(`no rule's id begins with ${JSON.stringify(stranger)}`);
  const { descriptor, delivery } = values;
  if (descriptor !== undefined && delivery !== undefined)
    throw wrongUsage("--delivery is of this connector; a descriptor says its own way");
  const connector = descriptor === undefined ? await own(delivery) : await given(descriptor);
  try {
    const results = await runConformance({
      ...connector,
      timeout,
      ...(adapter && { adapter }),
      ...(wanted && { only: wanted }),
    });
    return { name: connector.descriptor.name, results };
  } catch (error) {
    throw cannotRun((error as Error).message);
  }
};

/** This package's connector, as a class or as `bedrock-model serve`. */
const own = async (delivery = "now") => {
  if (delivery !== "now" && delivery !== "batch" && delivery !== "auto")
    throw wrongUsage(`--delivery is now, batch or auto, not ${JSON.stringify(delivery)}`);
  const { fileURLToPath } = await import("node:url");
  const { ownDescriptor } = await import("../../testing/conformance/index.js");
  const { AwsBedrockModel } = await import("../../index.js");
  const command = [process.execPath, ...process.execArgv, process.argv[1] ?? "", "serve"];
  const place = {
    module: fileURLToPath(import.meta.resolve("../../index.js")),
    export: AwsBedrockModel.name,
  };
  const descriptor = { ...(await ownDescriptor(delivery)), class: place, command };
  return { descriptor, connector: AwsBedrockModel };
};

const given = async (file: string) => {
  const { dirname, resolve } = await import("node:path");
  const { readDescriptor } = await import("../../testing/conformance/index.js");
  try {
    return { descriptor: await readDescriptor(file), folder: dirname(resolve(file)) };
  } catch (error) {
    if (error instanceof TypeError) throw cannotRun(error.message);
    if (error instanceof SyntaxError) throw cannotRun(`${file} is not JSON: ${error.message}`);
    throw fileFailure("read", file, error);
  }
};

const writeReport = async (file: string, name: string, results: readonly RuleResult[]): Promise<void> => {
  const { writeFile } = await import("node:fs/promises");
  const { junit } = await import("../../testing/conformance/index.js");
  await writeFile(file, junit(name, results)).catch((error: unknown) => {
    throw fileFailure("write", file, error);
  });
};
