import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** What a finished command line left behind. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The messages on stdout. */
  messages(): Message[];
}

// biome-ignore lint/suspicious/noExplicitAny: a spec reads whatever the command printed.
export type Message = any;

/** Starts the command line from its source. */
export const startCli = (
  args: string[],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams => {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...args], {
    env: { ...process.env, ...env },
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
};

/** Ends what a failed spec left running. */
export const endLeftovers = (): void => {
  for (const child of running) child.kill("SIGKILL");
};

const running = new Set<ChildProcessWithoutNullStreams>();

/** Waits for a started command line to end. */
export const finished = async (child: ChildProcessWithoutNullStreams): Promise<Finished> => {
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await closed;
  const messages = () =>
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { code, stdout, stderr, messages };
};

/** Runs the command line to its end with `input` on stdin. */
export const runCli = (args: string[], input = "", env: Record<string, string> = {}): Promise<Finished> => {
  const child = startCli(args, env);
  child.stdin.on("error", () => undefined); // It may end without reading.
  child.stdin.end(input);
  return finished(child);
};

/** Resolves when stderr has shown `words`. */
export const said = async (child: ChildProcessWithoutNullStreams, words: string): Promise<string> => {
  let seen = "";
  return new Promise((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      seen += chunk;
      if (seen.includes(words)) resolve(seen);
    });
    child.once("close", () => reject(new Error(`it ended without saying ${words}: ${seen}`)));
  });
};
