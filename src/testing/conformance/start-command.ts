import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { splitLines } from "../../rows/lines.js";
import { within } from "./violation.js";

export interface CommandPlace {
  /** The working directory. */
  readonly folder?: string;
  /** Beside PATH, HOME and the temporary folder, which is all that a command gets. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a command without a shell. That it cannot be started is told by its "error" event. */
export const startCommand = (
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

/**
 * Hands over each line that a process prints on stdout. Resolves once there are no more, also where it is ended.
 */
export const readLines = async (
  { stdout }: ChildProcessWithoutNullStreams,
  take: (line: Buffer) => void,
): Promise<void> => {
  try {
    for await (const line of splitLines(stdout)) take(line);
  } catch (error) {
    // A process that was ended at once.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
};

/** Ends a process at once; "close" follows, even where a process that it has started itself goes on. */
export const endNow = (child: ChildProcessWithoutNullStreams): void => {
  child.kill("SIGKILL");
  child.stdout.destroy();
  child.stderr.destroy();
};

/** Asks a process to end, and ends it where it does not; "close" follows within five seconds. */
export const endSoon = (child: ChildProcessWithoutNullStreams, ask: () => void): void => {
  const end = (): void => endNow(child);
  if (child.exitCode !== null || child.signalCode !== null) end();
  child.once("exit", end);
  setTimeout(end, 5_000).unref();
  ask();
};

/**
 * Starts a server and resolves to its first line on stdout, and to what ends it. Rejects, with nothing left running,
 * where it ends or so many seconds pass without a line.
 */
export const firstLine = async (
  command: readonly string[],
  place: CommandPlace,
  seconds: number,
): Promise<{ line: string; close(): Promise<void> }> => {
  const child = startCommand(command, place);
  const named = command.join(" ");
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const failed = once(child, "error").then(([error]) => {
    throw new Error(`${named} cannot be started: ${error.message}`);
  });
  failed.catch(() => undefined);
  child.stderr.resume();
  // All of them are read, or the pipe would fill.
  const printed = new Promise<Buffer>((resolve) => void readLines(child, resolve));
  const close = async (): Promise<void> => {
    endSoon(child, () => child.kill());
    await closed;
  };
  try {
    const line = await within(
      seconds,
      () =>
        Promise.race([
          printed,
          failed,
          closed.then(() => {
            throw new Error(`${named} ended without a line on stdout`);
          }),
        ]),
      `${named} printed no line within ${seconds} s and was ended. The first line of a stand-in server on stdout is ` +
        "its URL. Check the command, flush the line, or raise --timeout.",
    );
    return { line: line.toString().trimEnd(), close };
  } catch (error) {
    await close();
    throw error;
  }
};
