import type { Command } from "../command.js";
import { createTerminal, onInterrupt } from "../report/terminal.js";

/** `bedrock-model serve`. */
export const serve: Command = {
  usage: "",
  options: {},
  notes: [
    'A request is one line: {"id":1,"hook":"write","args":[syncConfig,records]}. Hooks: meta_data, spec, check_connection, discover, write, read, enrich, preview, replay, and cancel with the id of an open request.',
    'An answer is one line {"id":1,"message":…} or {"id":1,"error":{"code":…,"message":…}}; enrich answers with one line a record, each with "more":true, and a tracking message. Answers come in any order.',
    "At the end of stdin open requests are answered, and the exit code is 0. SIGTERM and Ctrl-C let calls in flight finish; the remaining rows come out as not sent. A second one stops at once.",
  ],
  run: async () => {
    const [{ AwsBedrockModel }, { serveLines }] = await Promise.all([
      import("../../index.js"),
      import("../serve/serve-lines.js"),
    ]);
    const stop = new AbortController();
    const { stdin, stdout } = process;
    const terminal = createTerminal(process.stderr);
    // A host that dies takes nothing away: calls in flight finish, so that a ledger has what was paid for.
    const removeHandlers = onInterrupt(() => {
      stop.abort();
      terminal.say("stopping: calls in flight finish, no more requests are read; again to stop at once");
    });
    try {
      await serveLines(new AwsBedrockModel(), { input: stdin, output: stdout, signal: stop.signal });
      return 0;
    } finally {
      removeHandlers();
      stdin.destroy();
    }
  },
};
