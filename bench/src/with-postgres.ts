import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A PostgreSQL server of the bench's own while `use` runs, or why none can. It syncs its disk, as the ledger of a file does. */
export const withPostgres = async <Result>(
  use: (url: string | Error) => Promise<Result>,
): Promise<Result> => {
  const server = spawn(process.execPath, ["--import", "tsx/esm", program], {
    cwd: root,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let words = "";
  server.stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-500);
  });
  const ended = once(server, "close");
  const [first] = await Promise.race([once(server.stdout, "data"), ended]);
  const url = first instanceof Buffer ? first.toString().trim() : new Error(words.trim());
  try {
    return await use(url);
  } finally {
    server.stdin.end();
    await ended;
  }
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = fileURLToPath(new URL("../postgres.ts", import.meta.url));
