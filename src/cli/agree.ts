import { createInterface } from "node:readline/promises";

interface Streams {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

/** Asks a person at a terminal; anything but a yes is a no. Where no person is, what was told is agreed to. */
export const agree = async (question: string, { stdin, stderr }: Streams = process): Promise<boolean> => {
  if (!stdin.isTTY || !stderr.isTTY) return true;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^\s*y(?:es)?\s*$/i.test(await lines.question(`${question} [y/N] `));
  } finally {
    lines.close();
  }
};
