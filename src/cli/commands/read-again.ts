import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Input } from "../../rows/open-input.js";

/** Rows of an input that may be gone through a second time, and the input as it is read at the moment. */
interface Again {
  readonly rows: AsyncIterable<unknown>;
  readonly source: () => Input;
}

/**
 * Rows that are chosen from an input once, and are the same ones when the input is opened anew: what a ledger knows of a row
 * may be another thing by then.
 */
export const readAgain = async (
  input: Input,
  choose: (rows: AsyncIterable<unknown>) => Promise<AsyncIterable<unknown>>,
  reopen: () => Promise<Input>,
): Promise<Again> => {
  const chosen = createBits();
  let source = input;
  let at = -1;
  async function* numbered(): AsyncGenerator<unknown> {
    for await (const row of input.rows) {
      at++;
      yield row;
    }
  }
  const choice = await choose(numbered());
  async function* first(): AsyncGenerator<unknown> {
    for await (const row of choice) {
      chosen.add(at);
      yield row;
    }
  }
  async function* second(): AsyncGenerator<unknown> {
    source = await reopen();
    let index = -1;
    for await (const row of source.rows) if (chosen.has(++index)) yield row;
  }
  let passes = 0;
  return {
    source: () => source,
    rows: { [Symbol.asyncIterator]: () => (passes++ === 0 ? first() : second()) },
  };
};

/** A set of whole numbers, one bit each. */
const createBits = () => {
  let bits = new Uint8Array(1024);
  return {
    add(index: number): void {
      const at = index >> 3;
      if (at >= bits.length) {
        const longer = new Uint8Array(Math.max(at + 1, bits.length * 2));
        longer.set(bits);
        bits = longer;
      }
      bits[at] = (bits[at] ?? 0) | (1 << (index & 7));
    },
    has: (index: number): boolean => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0,
  };
};

/** Keeps stdin in a file that only its owner may read, to be read twice. */
export const keepStdin = async (
  stdin: NodeJS.ReadableStream,
): Promise<{ path: string; remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), "bedrock-model-stdin-"));
  await chmod(folder, 0o700);
  const path = join(folder, "rows.ndjson");
  await pipeline(stdin, createWriteStream(path, { mode: 0o600 }));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
};
