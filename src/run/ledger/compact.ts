import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { headerLine, readHead } from "./entry.js";
import type { KeyIndex } from "./index-by-key.js";
import { scanLines } from "./scan.js";

/** Below this a file is left as it is. */
const smallBytes = 64 * 2 ** 20;
/** Above this the oldest answers go, until four fifths of it are left. */
const largestBytes = 4 * 2 ** 30;

export const isWorthCompacting = (
  { index, size, lines }: { index: KeyIndex; size: number; lines: number },
  limits = { smallBytes, largestBytes },
): boolean => size > limits.largestBytes || (size > limits.smallBytes && lines > 1.5 * index.size);

/** Rewrites a ledger with the latest entry of each key only, and puts it in the old one's place at once. */
export const compact = async (
  path: string,
  file: FileHandle,
  index: KeyIndex,
  limits = { largestBytes },
): Promise<void> => {
  const isLatest = (head: ReturnType<typeof readHead>, offset: number): boolean =>
    head !== null && index.get(head.key)?.offset === offset;
  let live = 0;
  for await (const { bytes, offset } of scanLines(file))
    if (isLatest(readHead(bytes), offset)) live += bytes.length + 1;
  let excess = live > limits.largestBytes ? live - limits.largestBytes * 0.8 : 0;

  const fresh = `${path}.compact`;
  const smaller = await open(fresh, "w", 0o600);
  try {
    let parts = [Buffer.from(headerLine)];
    let waiting = 0;
    for await (const { bytes, offset } of scanLines(file)) {
      const head = readHead(bytes);
      if (!isLatest(head, offset)) continue;
      // Only answers may go: a row that is held must stay named.
      if (excess > 0 && head?.state === "received") {
        excess -= bytes.length + 1;
        continue;
      }
      parts.push(Buffer.from(bytes), Buffer.from("\n"));
      waiting += bytes.length;
      if (waiting < 2 ** 20) continue;
      await smaller.appendFile(Buffer.concat(parts));
      parts = [];
      waiting = 0;
    }
    await smaller.appendFile(Buffer.concat(parts));
    await smaller.sync();
  } catch (error) {
    await unlink(fresh);
    throw error;
  } finally {
    await smaller.close();
  }
  await rename(fresh, path);
  await syncFolder(path);
};

/** A new name is only safe from a power cut once its folder is on the disk; some systems cannot do that. */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), "r");
  await folder.sync().catch(() => undefined);
  await folder.close();
};
