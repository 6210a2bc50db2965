import { createInterface } from "node:readline";
import type { Hook } from "../../../src/conformance/door.js";
import { type ConnectorClass, classDoor } from "../../../src/conformance/door-class.js";

/** Answers the hooks of a class as JSON lines on stdin and stdout, until stdin ends. */
export const serveLines = (connector: ConnectorClass): void => {
  const door = classDoor(connector);
  const answer = async (line: string): Promise<void> => {
    const { id, hook, args } = JSON.parse(line) as { id: number; hook: Hook; args: unknown[] };
    const reply = await door.call(hook, ...args).then(
      (message) => ({ message }),
      (error: Error) => ({ error: { code: "threw", message: error.message } }),
    );
    process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
  };
  createInterface({ input: process.stdin })
    .on("line", (line) => void answer(line))
    .on("close", () => process.exit());
};
