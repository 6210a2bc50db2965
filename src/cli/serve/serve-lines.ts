import type { Writable } from "node:stream";
import { writeJson } from "../../core/exact-json.js";
import type { Hooks } from "../../index.js";
import { splitLines } from "../../rows/lines.js";
import { untilQuiet } from "../../rows/until-quiet.js";
import { hooks } from "./serve-hooks.js";
import { type Id, longestLine, type Request, readRequest } from "./serve-request.js";

interface Serving {
  readonly input: AsyncIterable<Buffer>;
  readonly output: Writable;
  /** Ends the serving: no more lines are read, calls in flight finish, remaining rows come out as `not_sent`. */
  readonly signal: AbortSignal;
}

/**
 * Answers a host's requests, one JSON line each, until the input ends or `signal` is aborted, and then those that
 * are open. All of them share this process's limits, ledgers and connections. Requests overtake each other.
 */
export const serveLines = async (connector: Hooks, { input, output, signal }: Serving): Promise<void> => {
  const send = createSender(output);
  const open = new Map<Id, AbortController>();
  let freed = (): void => undefined;
  // Not AbortSignal.any: each would stay with the signal for as long as the process lives.
  signal.addEventListener("abort", () => {
    for (const stop of open.values()) stop.abort();
  });

  const serve = async ({ id, hook, args }: Request): Promise<void> => {
    if (hook === "cancel") return send({ id, message: { cancelled: cancel(open, args[0]) } });
    const stop = new AbortController();
    open.set(id, stop);
    try {
      const more = (message: unknown): void => void send({ id, more: true, message });
      const answer = hooks[hook](connector, args, { signal: stop.signal }, more);
      if (!(Symbol.asyncIterator in answer)) return await send({ id, message: await answer });
      for await (const message of answer) {
        const more = message.type !== "tracking";
        await send({ id, ...(more && { more }), message });
      }
    } catch (error) {
      // Its name alone: a message may quote a row.
      const message = `${hook} ended with an unexpected ${(error as Error)?.name}.`;
      await send({ id, error: { code: "unexpected_error", message } });
    } finally {
      open.delete(id);
      freed();
    }
  };

  const answers = new Set<Promise<void>>();
  let number = 0;
  for await (const line of splitLines(untilQuiet(input, signal, 0), longestLine)) {
    if (signal.aborted) break;
    number += 1;
    if (line.toString().trim() === "") continue;
    const request = readRequest(line, number);
    if ("error" in request) await send(request);
    else if (open.has(request.id)) await send(idInUse(number));
    else {
      const answer = serve(request).finally(() => answers.delete(answer));
      answers.add(answer);
    }
    if (open.size >= mostOpen)
      await new Promise<void>((resolve) => {
        freed = resolve;
      });
  }
  await Promise.all(answers);
};

/** Past so many open requests the next line waits in the pipe. Far more than a host has threads. */
const mostOpen = 1000;

const cancel = (open: ReadonlyMap<Id, AbortController>, id: unknown): boolean => {
  const stop = open.get(id as Id);
  stop?.abort();
  return stop !== undefined;
};

/** Without an id: it would be taken for the answer to the request that has it. */
const idInUse = (number: number) => ({
  id: null,
  error: {
    code: "id_in_use",
    message: `The id of line ${number} is that of an open request. Choose another.`,
  },
});

/** Writes one line after another, each once the reader has taken the one before it. */
const createSender = (output: Writable): ((answer: object) => Promise<void>) => {
  let last = Promise.resolve();
  return (answer) => {
    const line = `${writeJson(answer).replace(/[\u2028\u2029]/g, escaped)}\n`;
    last = last.then(() => new Promise((resolve) => output.write(line, () => resolve())));
    return last;
  };
};

/** Some readers, Node's own among them, take these two for line breaks. */
const escaped = (separator: string): string => (separator === "\u2028" ? "\\u2028" : "\\u2029");
