import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runCommandLine } from "../../src/cli/command-line.js";
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
  return leftBehind(code, stdout, stderr);
};

const leftBehind = (code: number | null, stdout: string, stderr: string): Finished => ({
  ...{ code, stdout, stderr },
  messages: () =>
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
});

/** Runs the command line to its end as a process, with `input` on stdin. */
export const runProgram = (args: string[], input = "", place: Place = {}): Promise<Finished> => {
  const child = startCli(args, place);
  child.stdin.on("error", () => undefined); // It may end without reading.
  child.stdin.end(input);
  return finished(child);
};

/**
 * Runs the command line to its end in this process, in a fraction of the time that a process takes to start. One runs at a
 * time: streams, working directory and environment are the process's. Not for `check`, which ends the process.
 */
export const runCli = (args: string[], input = "", place: Place = {}): Promise<Finished> => {
  const run = last.then(() => runHere(args, input, place));
  last = run.catch(() => undefined);
  return run;
};

let last: Promise<unknown> = Promise.resolve();

const runHere = async (args: string[], input: string, { env = {}, cwd = "." }: Place): Promise<Finished> => {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const printed = Promise.all([text(streams.stdout), text(streams.stderr)]);
  streams.stdin.end(input);
  const before = {
    folder: process.cwd(),
    env: process.env,
    streams: Object.getOwnPropertyDescriptors(process),
  };
  const names = Object.keys(streams) as (keyof typeof streams)[];
  for (const name of names)
    Object.defineProperty(process, name, { ...before.streams[name], get: () => streams[name] });
  process.env = { ...process.env, ...env };
  process.chdir(cwd);
  let code: number;
  try {
    code = await runCommandLine(args);
  } finally {
    process.chdir(before.folder);
    process.env = before.env;
    for (const name of names) Object.defineProperty(process, name, before.streams[name]);
    streams.stdout.end();
    streams.stderr.end();
  }
  const [stdout, stderr] = await printed;
  return leftBehind(code, stdout, stderr);
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
