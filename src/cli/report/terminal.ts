import { once } from "node:events";
import { writeJson } from "../../core/exact-json.js";
import type { Arguments } from "../command.js";
import { onReaderGone } from "../reader-gone.js";
import { fitWords } from "./fit-words.js";

/** Words on stderr: lines that stay, and below them one line that is redrawn while a run goes on. */
export interface Terminal {
  say(line: string): void;
  /** Looks at a run every so many milliseconds until `stop` is called. */
  every(ms: number, look: () => void): void;
  /**
   * Redraws the lowest line until `stop` is called. Where no terminal is, says `opening`, and every half minute the line
   * in full.
   */
  watch(line: (width: number) => string, opening: string): void;
  stop(): void;
}

const noWrap = "\u001B[?7l";
const wrap = "\u001B[?7h";

type Screen = Pick<NodeJS.WriteStream, "isTTY" | "columns"> & { write(text: string): unknown };

const redrawMs = 100;
const logMs = 30_000;
const sameMomentMs = 100;

export const createTerminal = (stream: Screen): Terminal => {
  const timers: NodeJS.Timeout[] = [];
  let drawn = false;
  const erase = (): void => {
    if (drawn) stream.write("\r\u001B[K");
    drawn = false;
  };
  const say = (line: string): void => {
    erase();
    stream.write(`${stream.isTTY ? fitWords(line, stream.columns) : line}\n`);
  };
  const every = (ms: number, look: () => void): void => void timers.push(setInterval(look, ms).unref());
  return {
    ...{ say, every },
    watch(line, opening) {
      if (!stream.isTTY) {
        say(opening);
        every(logMs, () => say(line(Number.POSITIVE_INFINITY)));
        return;
      }
      const draw = (): void => {
        // A terminal in a container may say that it is 0 wide, so it is told to cut the line and not to wrap it.
        stream.write(`\r${noWrap}${line((stream.columns || 80) - 1)}\u001B[K${wrap}`);
        drawn = true;
      };
      draw();
      every(redrawMs, draw);
    },
    stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      erase();
    },
  };
};

/** Whether messages go to stdout as JSON: where it is asked for or no terminal. On a terminal words are enough. */
export const speaksJson = (
  { flags }: Pick<Arguments, "flags">,
  stdout: { isTTY?: boolean } = process.stdout,
): boolean => flags.has("json") || !stdout.isTTY;

/** The option that asks for it. */
export const jsonOption = { summary: "JSON on stdout also at a terminal; elsewhere it is always there" };

/** Writes one JSON message to stdout. */
export const sendMessage = (message: unknown): Promise<void> => sendLine(writeJson(message));

/** Writes a line to stdout and waits while its reader is slower than we are; not for one that is gone. */
export const sendLine = async (line: string): Promise<void> => {
  const { stdout } = process;
  if (stdout.writable && !stdout.write(`${line}\n`)) await once(stdout, "drain").catch(() => undefined);
};

/**
 * The first of the signals that end a program calls `stop`; so does a reader that goes away. The second signal exits with 130.
 * Returns what takes the handlers off. npx and timeout pass a signal on that the terminal also sent, so two at the same moment
 * are one.
 */
export const onInterrupt = (stop: () => void): (() => void) => {
  let stoppedAt: number | undefined;
  const begin = (): void => {
    if (stoppedAt !== undefined) return;
    stoppedAt = performance.now();
    stop();
  };
  const handle = (): void => {
    if (stoppedAt !== undefined && performance.now() - stoppedAt > sameMomentMs) process.exit(130);
    begin();
  };
  const removeListener = onReaderGone(begin);
  for (const signal of endings) process.on(signal, handle);
  return () => {
    removeListener();
    for (const signal of endings) process.off(signal, handle);
  };
};

/** SIGHUP comes when a terminal is closed. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
