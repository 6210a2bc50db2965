import { isUtf8 } from "node:buffer";
import { type Adapter, type Hook, HookFailure } from "./adapter.js";
import { type CommandPlace, endNow, endSoon, readLines, startCommand } from "./start-command.js";

/**
 * The adapter of a command that answers JSON lines: `{ id, hook, args }` on its stdin, `args` the hook's arguments in
 * order; `{ id, message }` on its stdout, in any order, or `{ id, error: { code, message } }`; before it, for a `read` whose
 * last argument is `{ stream: true }`, `{ id, more: true, message }` an event. It ends when its stdin ends.
 */
export const commandAdapter = (command: readonly string[], place: CommandPlace = {}): Adapter => {
  const child = startCommand(command, place);
  const waiting = new Map<number, (line: HookLine) => void>();
  const stderr: Buffer[] = [];
  let lastId = 0;
  let ended: string | null = null;
  const end = (reason: string): void => {
    ended ??= reason;
    for (const settle of waiting.values()) settle({ error: { message: ended } });
    waiting.clear();
  };
  child.once("error", (error) => end(`the command cannot be started: ${error.message}`));
  child.stdin.on("error", () => undefined); // Its end is told by "close".
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const printed = readLines(child, (line) => {
    const answer = readHookLine(line);
    const settle = waiting.get(answer.id ?? -1);
    if (!settle)
      return end(`the command wrote a line that answers nothing: ${line.toString().slice(0, 200)}`);
    if (!answer.more) waiting.delete(answer.id ?? -1);
    settle(answer);
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // Its last line may be an answer, so it counts as ended once that is read.
  const closed = Promise.all([gone, printed]);
  void closed.then(() => end(`the command has ended. ${lastWords(stderr)}`.trim()));

  const ask = async (
    hook: Hook,
    args: readonly unknown[],
    onMore: (message: unknown) => void = () => undefined,
  ): Promise<unknown> => {
    if (ended !== null) throw new HookFailure(hook, ended);
    const id = ++lastId;
    const { error, message } = await new Promise<HookLine>((resolve) => {
      waiting.set(id, (line) => (line.more ? onMore(line.message) : resolve(line)));
      child.stdin.write(`${JSON.stringify({ id, hook, args })}\n`);
    });
    if (error) throw new HookFailure(hook, `${error.code ?? ""} ${error.message}`.trim());
    return message;
  };

  return {
    lacks: { objects: "a command's answers are text, which no other side can write into" },
    ended: () => ended,
    call: (hook, ...args) => ask(hook, args),
    async stream(syncConfig) {
      const events: unknown[] = [];
      const answer = await ask("read", [syncConfig, { stream: true }], (event) => events.push(event));
      return { answer, events };
    },
    another: async () => commandAdapter(command, place),
    apart: async () => commandAdapter(command, place),
    objects() {
      throw new TypeError("there are no objects to share");
    },
    said: () => Buffer.concat(stderr).toString(),
    async kill() {
      endNow(child);
      await closed;
    },
    async close() {
      endSoon(child, () => child.stdin.end());
      await closed;
    },
  };
};

interface HookLine {
  readonly id?: number;
  /** Another line of the same answer follows. */
  readonly more?: boolean;
  readonly message?: unknown;
  readonly error?: { readonly code?: string; readonly message?: string };
}

/** What is not UTF-8 is no JSON, and answers nothing. */
const readHookLine = (line: Buffer): HookLine => {
  try {
    return isUtf8(line) ? (JSON.parse(line.toString()) ?? {}) : {};
  } catch {
    return {};
  }
};

const lastWords = (stderr: readonly Buffer[]): string =>
  Buffer.concat(stderr).toString().trim().split("\n").slice(-3).join(" ").slice(-500);
