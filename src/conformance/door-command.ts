import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Door, HookFailure } from "./door.js";

export interface CommandPlace {
  /** The working directory. */
  readonly folder?: string;
  /** Beside PATH, HOME and the temporary folder, which is all that a command gets. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A door that may close by itself. */
export interface CommandDoor extends Door {
  /** Why the command answers no more; `null` while it does. */
  ended(): string | null;
}

/**
 * The door of a command that answers JSON lines: `{ id, hook, args }` on its stdin, `args` the hook's arguments in
 * order; `{ id, message }` on its stdout, in any order, or `{ id, error: { code, message } }`. It ends when its
 * stdin ends.
 */
export const commandDoor = (command: readonly string[], place: CommandPlace = {}): CommandDoor => {
  const child = start(command, place);
  const waiting = new Map<number, (line: Answer) => void>();
  const stderr: Buffer[] = [];
  let lastId = 0;
  let ended: string | null = null;
  const end = (reason: string): void => {
    ended ??= reason;
    for (const settle of waiting.values()) settle({ error: { message: ended } });
    waiting.clear();
  };
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.once("error", (error) => end(`the command cannot be started: ${error.message}`));
  void closed.then(() => end(`the command has ended. ${lastWords(stderr)}`.trim()));
  child.stdin.on("error", () => undefined); // Its end is told by "close".
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (text) => {
    const line = readLine(text);
    const settle = waiting.get(line.id ?? -1);
    if (!settle) return end(`the command wrote a line that answers nothing: ${text.slice(0, 200)}`);
    waiting.delete(line.id ?? -1);
    settle(line);
  });

  return {
    lacks: {},
    ended: () => ended,
    async call(hook, ...args) {
      if (ended !== null) throw new HookFailure(hook, ended);
      const id = ++lastId;
      const answer = await new Promise<Answer>((resolve) => {
        waiting.set(id, resolve);
        child.stdin.write(`${JSON.stringify({ id, hook, args })}\n`);
      });
      if (answer.error)
        throw new HookFailure(hook, `${answer.error.code ?? ""} ${answer.error.message}`.trim());
      return answer.message;
    },
    another: async () => commandDoor(command, place),
    said: () => Buffer.concat(stderr).toString(),
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await closed;
      clearTimeout(timer);
    },
  };
};

interface Answer {
  readonly id?: number;
  readonly message?: unknown;
  readonly error?: { readonly code?: string; readonly message?: string };
}

/** A command that does not end at the end of its input is ended. */
const patienceMs = 5_000;

const start = (
  [program = "", ...args]: readonly string[],
  { folder, environment }: CommandPlace,
): ChildProcessWithoutNullStreams =>
  spawn(program, args, { cwd: folder, env: { ...kept(), ...environment } });

/** No credentials and no settings of this machine. */
const kept = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ["PATH", "HOME", "TMPDIR", "SystemRoot"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const readLine = (text: string): Answer => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
};

const lastWords = (stderr: readonly Buffer[]): string =>
  Buffer.concat(stderr).toString().trim().split("\n").slice(-3).join(" ").slice(-500);

/** Starts a command and resolves to its first line on stdout, and to what ends it. */
export const firstLine = async (
  command: readonly string[],
  place: CommandPlace,
): Promise<{ line: string; close(): Promise<void> }> => {
  const child = start(command, place);
  const closed = once(child, "close");
  closed.catch(() => undefined);
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, "line").then(([text]) => String(text)),
    closed.then(() => {
      throw new Error(`${command.join(" ")} ended without a line on stdout`);
    }),
  ]);
  child.stdout.resume();
  const close = async (): Promise<void> => {
    child.kill();
    await closed;
  };
  return { line, close };
};
