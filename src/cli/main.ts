#!/usr/bin/env node
import { runCommandLine } from "./command-line.js";
import { programName } from "./help.js";
import { readerGoneCode, tellReaderGone } from "./reader-gone.js";

// The package's engines field says which Node it runs on; the SDK's outlook on later ones is not the user's concern.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

// A reader that goes away, as in `| head` or with a terminal, ends the program quietly, as if by SIGPIPE; but a run with calls
// open ends them.
for (const [name, stream] of Object.entries({ stdout: process.stdout, stderr: process.stderr })) {
  stream.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
    const isGone = ["EPIPE", "EIO", "ERR_STREAM_DESTROYED"].includes(code);
    if (!isGone && name === "stdout")
      process.stderr.write(`${programName}: cannot write to stdout: ${code}\n`);
    if (!tellReaderGone()) process.exit(isGone ? readerGoneCode : 1);
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2));
