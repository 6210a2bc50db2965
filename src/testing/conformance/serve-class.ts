import { splitLines } from "../../rows/lines.js";
import type { Hook } from "./adapter.js";
import { type ConnectorClass, classAdapter } from "./class-adapter.js";

/**
 * Answers the hooks of a class as JSON lines on stdin and stdout, as a command does. Ends the process when stdin has
 * ended and all is answered. What the class itself prints is not for the reader of answers and goes to stderr.
 */
export const serveClass = async (connector: ConnectorClass): Promise<void> => {
  const print = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const adapter = classAdapter(connector);
  const streamed = async (id: number, syncConfig: unknown): Promise<unknown> => {
    const { events, answer: last } = await adapter.stream(syncConfig);
    for (const message of events) print(`${JSON.stringify({ id, more: true, message })}\n`);
    return last;
  };
  const answer = async (line: Buffer): Promise<void> => {
    const { id, hook, args = [] } = JSON.parse(line.toString()) as Question;
    const isStream = hook === "read" && (args[1] as { stream?: unknown } | undefined)?.stream === true;
    const reply = await (isStream ? streamed(id, args[0]) : adapter.call(hook, ...args)).then(
      (message) => ({ message }),
      (error: Error) => ({ error: { code: "threw", message: error.message } }),
    );
    print(`${JSON.stringify({ id, ...reply })}\n`);
  };
  const answers: Promise<void>[] = [];
  for await (const line of splitLines(process.stdin)) answers.push(answer(line));
  await Promise.all(answers).finally(() => process.exit());
};

interface Question {
  readonly id: number;
  readonly hook: Hook;
  readonly args?: unknown[];
}
