import type { Command } from "../command.js";
import { withoutUnset } from "../config.js";
import { openConnector } from "../connect.js";
import { readJsonFile } from "../json-file.js";
import { ledgerOf } from "../ledger-option.js";
import { columnLines, settingLines } from "../report/schema-lines.js";
import { createTerminal, jsonOption, sendMessage, speaksJson } from "../report/terminal.js";

export const spec: Command = {
  usage: "[--json]",
  options: { json: jsonOption },
  run: async (given) => {
    const message = (await openConnector()).spec();
    if (speaksJson(given)) await sendMessage(message);
    else for (const line of settingLines(message.connector_spec.connection_specification)) say(line);
    return 0;
  },
};

export const check: Command = {
  usage: "--config FILE [--json]",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON" },
    json: jsonOption,
  },
  run: async (given) => {
    const { loadConfig } = await import("../config.js");
    const read = await loadConfig(given.values.config ?? "", process.env);
    const { delivery = "now" } = read;
    // Batch jobs need a ledger, and write brings its own.
    const settings = delivery === "now" ? read : { ...read, ledger: ledgerOf(given, read) };
    const message = await (await openConnector()).checkConnection(settings);
    if (speaksJson(given)) await sendMessage(message);
    const { status, message: sentence } = message.connection_status;
    say(`check ${status}${sentence ? `: ${sentence}` : ""}`);
    // What was asked and given up on, such as a credential_process, may go on for long.
    setTimeout(() => process.exit(), 200).unref();
    return status === "succeeded" ? 0 : 1;
  },
};

export const discover: Command = {
  usage: "[--config FILE] [--json]",
  options: { config: { value: "FILE", summary: "the connection config, JSON" }, json: jsonOption },
  run: async (given) => {
    const { config } = given.values;
    const file = config === undefined ? undefined : await readJsonFile(config);
    const message = await (await openConnector()).discover(withoutUnset(file, process.env).config);
    if (speaksJson(given)) await sendMessage(message);
    else for (const line of columnLines(message.catalog)) say(line);
    return 0;
  },
};

const say = (line: string): void => createTerminal(process.stderr).say(line);
