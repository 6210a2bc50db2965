import { dirname } from "node:path";
import type { Disk } from "./disk.js";
import { encodeText } from "./entry.js";
import { firstLines, headLength, headOf } from "./head.js";
import { writeAt } from "./open-file.js";
import type { OwnedFile } from "./own-file.js";

/** A file that is to be rewritten. */
type Rewritten = Pick<OwnedFile, "path" | "file">;

/** One entry of a file that is to be: its key, and the whole of it as JSON. */
export interface Text {
  readonly key: string;
  readonly text: string;
}

const asideOf = (path: string): string => `${path}.compact`;

/**
 * Gives a ledger new contents, so that a crash at any moment leaves the old or the new ones. They are written beside it first
 * and then into the file itself, which stays the file that it is for all its names, and locked.
 */
export const rewrite = async (
  { path, file }: Rewritten,
  texts: AsyncIterable<Text>,
  disk: Disk,
): Promise<void> => {
  await disk.remove(asideOf(path));
  const aside = await disk.open(asideOf(path), "wx");
  let end = 0;
  const append = async (lines: readonly Buffer[]): Promise<void> => {
    end += await writeAt(aside, Buffer.concat(lines), end);
  };
  try {
    let [n, after] = [0, ""];
    let lines: Buffer[] = [Buffer.from(headOf(0))];
    let waiting = 0;
    for await (const { key, text } of texts) {
      const line = encodeText(text, { n: ++n, after });
      after = key;
      lines.push(line);
      waiting += line.length;
      if (waiting < 2 ** 20) continue;
      await append(lines);
      lines = [];
      waiting = 0;
    }
    await append(lines);
    await writeAt(aside, headOf(n), 0);
    await aside.sync();
  } catch (error) {
    await disk.remove(asideOf(path));
    throw error;
  } finally {
    await aside.close();
  }
  await syncFolder(path, disk);
  await finishRewrite({ path, file }, disk);
};

/** The second half, which is done anew when a crash cut it short. False where the new contents are not there. */
export const finishRewrite = async ({ path, file }: Rewritten, disk: Disk): Promise<boolean> => {
  const aside = await disk.open(asideOf(path), "r").catch(() => null);
  if (!aside) return false;
  try {
    await writeAt(file, firstLines.rewriting, 0);
    await file.datasync();
    const chunk = Buffer.allocUnsafe(2 ** 20);
    let position = firstLines.whole.length;
    for (;;) {
      const { bytesRead } = await aside.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) break;
      await writeAt(file, chunk.subarray(0, bytesRead), position);
      position += bytesRead;
    }
    if (position < headLength) return false;
    await file.truncate(position);
    await file.datasync();
    await writeAt(file, firstLines.whole, 0);
    await file.sync();
  } finally {
    await aside.close();
  }
  await disk.remove(asideOf(path));
  return true;
};

/** A new name is only safe from a power cut once its folder is on the disk; some systems cannot do that. */
export const syncFolder = async (path: string, disk: Disk): Promise<void> => {
  const folder = await disk.open(dirname(path), "r");
  await folder.sync().catch(() => undefined);
  await folder.close();
};
