import type { Command } from "../command.js";
import { withoutUnset } from "../config.js";
import { openConnector } from "../connect.js";
import { readJsonFile } from "../json-file.js";
import { sendMessage } from "../report/terminal.js";

export const spec: Command = {
  usage: "",
  options: {},
  run: async () => {
    await sendMessage((await openConnector()).spec());
    return 0;
  },
};

export const check: Command = {
  usage: "--config FILE",
  options: { config: { value: "FILE", required: true, summary: "the connection config, JSON" } },
  run: async ({ values }) => {
    const { loadConfig } = await import("../config.js");
    const settings = await loadConfig(values.config ?? "", process.env);
    const message = await (await openConnector()).checkConnection(settings);
    await sendMessage(message);
    const { status, message: sentence } = message.connection_status;
    process.stderr.write(`check ${status}${sentence ? `: ${sentence}` : ""}\n`);
    return status === "succeeded" ? 0 : 1;
  },
};

export const discover: Command = {
  usage: "[--config FILE]",
  options: { config: { value: "FILE", summary: "the connection config, JSON" } },
  run: async ({ values }) => {
    const file = values.config === undefined ? undefined : await readJsonFile(values.config);
    const connector = await openConnector();
    await sendMessage(await connector.discover(withoutUnset(file, process.env).config));
    return 0;
  },
};
