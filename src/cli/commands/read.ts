import { parseJson } from "../../core/parse-json.js";
import type { Command } from "../command.js";
import { loadConfig } from "../config.js";
import { openConnector } from "../connect.js";
import { wrongUsage } from "../failure.js";
import { jsonOption, sendLine, sendMessage, speaksJson } from "../report/terminal.js";
import { buildSyncConfig } from "../sync-config.js";

export const read: Command = {
  usage: "--config FILE --query JSON [--json]",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON" },
    query: {
      value: "JSON",
      required: true,
      summary: "the request body, in the model's own format or a chat's",
    },
    json: jsonOption,
  },
  notes: ["This is one paid call. With is_stream in the config, JSON has each event before the answer."],
  run: async (given) => {
    const { values } = given;
    const query = values.query ?? "";
    await parseJson(query, "option --query").catch((error: Error) => {
      throw wrongUsage(error.message);
    });
    const config = await loadConfig(values.config ?? "", process.env);
    const isJson = speaksJson(given);
    const onEvent = isJson ? (event: object) => void sendMessage(event) : undefined;
    const answer = await (await openConnector()).read(buildSyncConfig(config, query), onEvent);
    for (const message of [answer].flat()) {
      if (isJson) await sendMessage(message);
      else if ("record" in message) await sendLine(JSON.stringify(message.record.data, null, 2));
    }
    if (Array.isArray(answer)) return 0;
    process.stderr.write(`read failed: ${answer.log.message}\n`);
    return 1;
  },
};
