import type { Command } from "./command.js";
import { loadConfig, withoutUnset } from "./config.js";
import { readJsonFile } from "./json-file.js";
import { sendMessage } from "./terminal.js";

export const spec: Command = {
  name: "spec",
  usage: "",
  summary: "Print the connector's specification: what a connection config may hold.",
  options: {},
  run: async () => {
    const { AwsBedrockModel } = await import("../index.js");
    await sendMessage(new AwsBedrockModel().spec());
    return 0;
  },
};

export const check: Command = {
  name: "check",
  usage: "--config FILE",
  summary: "Check a connection config and its credentials, without a paid call.",
  options: { config: { value: "FILE", required: true, summary: "the connection config, JSON" } },
  run: async ({ values }) => {
    const settings = await loadConfig(values.config ?? "", process.env);
    const { AwsBedrockModel } = await import("../index.js");
    const message = await new AwsBedrockModel().checkConnection(settings);
    await sendMessage(message);
    const { status, message: sentence } = message.connection_status;
    process.stderr.write(`check ${status}${sentence ? `: ${sentence}` : ""}\n`);
    return status === "succeeded" ? 0 : 1;
  },
};

export const discover: Command = {
  name: "discover",
  usage: "[--config FILE]",
  summary: "Print the catalog: with a connection config, the columns that its templates read and give.",
  options: { config: { value: "FILE", summary: "the connection config, JSON" } },
  run: async ({ values }) => {
    const file = values.config === undefined ? undefined : await readJsonFile(values.config);
    const { AwsBedrockModel } = await import("../index.js");
    await sendMessage(await new AwsBedrockModel().discover(withoutUnset(file, process.env).config));
    return 0;
  },
};
