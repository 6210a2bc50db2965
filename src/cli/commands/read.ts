import { parseJson } from "../../core/parse-json.js";
import type { Command } from "../command.js";
import { loadConfig } from "../config.js";
import { openConnector } from "../connect.js";
import { wrongUsage } from "../failure.js";
import { sendMessage } from "../report/terminal.js";
import { buildSyncConfig } from "../sync-config.js";

export const read: Command = {
  usage: "--config FILE --query JSON",
  options: {
    config: { value: "FILE", required: true, summary: "the connection config, JSON" },
    query: { value: "JSON", required: true, summary: "the request body in the model's own format" },
  },
  notes: ["This is one paid call."],
  run: async ({ values }) => {
    const query = values.query ?? "";
    await parseJson(query, "option --query").catch((error: Error) => {
      throw wrongUsage(error.message);
    });
    const config = await loadConfig(values.config ?? "", process.env);
    const answer = await (await openConnector()).read(buildSyncConfig(config, query));
    for (const message of [answer].flat()) await sendMessage(message);
    if (Array.isArray(answer)) return 0;
    process.stderr.write(`read failed: ${answer.log.message}\n`);
    return 1;
  },
};
