import { type Clock, systemClock } from "../../core/clock.js";
import { type OpenFile, writeAt } from "./open-file.js";

/** Appends lines durably: many callers share one write and one flush to the disk. */
interface GroupCommit {
  /**
   * Resolves to the line's offset once the line is on the disk; rejects when the disk refuses it, and ever after.
   */
  append(line: Buffer): Promise<number>;
  /** True once the disk has refused a line: nothing is written any more. */
  isBroken(): boolean;
  /** Resolves when everything appended so far is on the disk or has been refused. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly line: Buffer;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

/** What is done around a write. What throws breaks the file as a full disk does. */
interface Around {
  before(): Promise<void>;
  /** So many more lines are on the disk. */
  after(lines: number): Promise<void>;
}

const nothing: Around = { before: async () => undefined, after: async () => undefined };

/** `size` is where the file's next line goes. */
export const createGroupCommit = (
  file: Pick<OpenFile, "write" | "datasync" | "truncate">,
  size: number,
  { before, after }: Around = nothing,
  clock: Clock = systemClock,
): GroupCommit => {
  let end = size;
  let queue: Waiting[] = [];
  let writing: Promise<void> | null = null;
  let broken: unknown = null;
  let flushedAt = Number.NEGATIVE_INFINITY;

  // A flush starts at once after a quiet time, else some milliseconds after the last, with all that has come in
  // meanwhile: where answers come one by one, a flush for each would take more work than the rest of the row.
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const early = flushedAt + gapMs - clock.now();
      if (early > 0 && !broken) await clock.sleep(early);
      flushedAt = clock.now();
      const group = queue.slice(0, groupSize(queue));
      queue = queue.slice(group.length);
      try {
        if (broken) throw broken;
        await before();
        await writeAt(file, Buffer.concat(group.map(({ line }) => line)), end);
        await file.datasync();
      } catch (error) {
        // It may end in half a line, and lines that could not be flushed look as if they were there until the power fails.
        if (!broken) await file.truncate(end).catch(() => undefined);
        broken = error;
        for (const { reject } of group) reject(error);
        continue;
      }
      for (const { line, resolve } of group) {
        resolve(end);
        end += line.length;
      }
      await after(group.length).catch((error: unknown) => {
        broken = error;
      });
    }
  };

  const start = (): void => {
    writing = drain().then(() => {
      writing = null;
      if (queue.length > 0) start();
    });
  };

  return {
    append: (line) =>
      new Promise((resolve, reject) => {
        queue.push({ line, resolve, reject });
        if (!writing) start();
      }),
    isBroken: () => broken !== null,
    settled: async () => {
      await writing;
    },
  };
};

/** How many lines go into one write: at least one, and no more than memory allows. */
const groupSize = (queue: readonly Waiting[]): number => {
  let length = 0;
  const end = queue.findIndex(({ line }, index) => {
    length += line.length;
    return index > 0 && length > longestGroup;
  });
  return end < 0 ? queue.length : end;
};

const longestGroup = 2 ** 26;

/** A call of a model takes some fifty times as long. */
const gapMs = 10;
