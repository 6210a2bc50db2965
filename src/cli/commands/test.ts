import { dirname, resolve } from "node:path";
import type { Arguments, Command } from "../command.js";
import { type Fields, objectOf, withoutUnset } from "../config.js";
import { cannotRun, wrongUsage } from "../failure.js";
import { readJsonFile } from "../json-file.js";
import { testReport } from "../report/test-lines.js";

/** `bedrock-model test`. */
export const test: Command = {
  usage: "FILE",
  argument: {
    value: "FILE",
    summary: "the cases, JSON with or without comments (schemas/template-tests.json)",
  },
  options: {},
  notes: [
    "No call is made. The connection config may lack credentials, region, and environment variables for them.",
  ],
  run: async ({ argument }: Arguments) => {
    if (argument === undefined) throw wrongUsage("no file: give it the file of your cases");
    const file = objectOf(await readJsonFile(argument, { comments: true }), argument);
    const { config, left } = withoutUnset(await settingsOf(file, argument), process.env);
    const { testTemplates } = await import("../../index.js");
    const report = await testTemplates({ ...file, config }).catch((error: Error) => {
      const hint =
        left.length === 0
          ? ""
          : ` (left out, as their environment variables are not set: ${left.join(", ")})`;
      throw cannotRun(`${argument}: ${error.message}${hint}`);
    });
    process.stdout.write(testReport(report));
    return report.failed === 0 ? 0 : 1;
  },
};

/** The settings in the file, or in the file that it names. What is neither is left to the check of the file. */
const settingsOf = async ({ config }: Fields, path: string): Promise<unknown> => {
  if (typeof config !== "string") return config;
  const named = resolve(dirname(path), config);
  return objectOf(await readJsonFile(named, { comments: true }), named);
};
