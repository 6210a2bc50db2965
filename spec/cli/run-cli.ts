import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { program } from "../support/program.js";

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

/** Where a command line runs: its environment beside ours, and its working directory. */
export interface Place {
  env?: Record<string, string>;
  cwd?: string;
}

/** Starts the command line. */
export const startCli = (args: string[], { env, cwd }: Place = {}): ChildProcessWithoutNullStreams => {
  const [node, file] = program;
  const child = spawn(node, [file, ...args], {
    env: { ...process.env, ...env },
    cwd,
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
export const runCli = (args: string[], input = "", place: Place = {}): Promise<Finished> => {
  const child = startCli(args, place);
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
