import type { Hook } from "./adapter.js";
import { type ConnectorClass, classAdapter } from "./class-adapter.js";
import { onLines } from "./on-lines.js";

/**
 * Answers the hooks of a class as JSON lines on stdin and stdout, as a command does. Ends the process when stdin has
 * ended and all is answered. What the class itself prints is not for the reader of answers and goes to stderr.
 */
export const serveClass = (connector: ConnectorClass): void => {
  const print = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const adapter = classAdapter(connector);
  const answer = async (line: string): Promise<void> => {
    const { id, hook, args = [] } = JSON.parse(line) as { id: number; hook: Hook; args?: unknown[] };
    const reply = await adapter.call(hook, ...args).then(
      (message) => ({ message }),
      (error: Error) => ({ error: { code: "threw", message: error.message } }),
    );
    print(`${JSON.stringify({ id, ...reply })}\n`);
  };
  const answers: Promise<void>[] = [];
  onLines(process.stdin, (line) => answers.push(answer(line)));
  process.stdin.on("end", () => Promise.all(answers).finally(() => process.exit()));
};
