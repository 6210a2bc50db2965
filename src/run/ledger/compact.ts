import { type Disk, localDisk } from "./disk.js";
import { readHead, readOldHead, textOf } from "./entry.js";
import type { Loaded } from "./load.js";
import type { OwnedFile } from "./own-file.js";
import { rewrite, type Text } from "./rewrite.js";
import { scanLines } from "./scan.js";

/** Below this a file is left as it is. */
const smallBytes = 64 * 2 ** 20;
/** Above this the oldest answers go, until four fifths of it are left. */
const largestBytes = 4 * 2 ** 30;

export const isWorthCompacting = (
  { index, size, lines }: Pick<Loaded, "index" | "size" | "lines">,
  limits = { smallBytes, largestBytes },
): boolean => size > limits.largestBytes || (size > limits.smallBytes && lines > 1.5 * index.size);

/** Rewrites a ledger with the latest entry of each key only, in this format. */
export const compact = async (
  { path, file }: Pick<OwnedFile, "path" | "file">,
  { is, index }: Pick<Loaded, "is" | "index">,
  limits = { largestBytes },
  disk: Disk = localDisk,
): Promise<void> => {
  const isOld = is === "old";
  async function* latest() {
    for await (const { bytes, offset } of scanLines(file)) {
      const head = isOld ? readOldHead(bytes) : readHead(bytes);
      if (head && index.get(head.key)?.offset === offset) yield { head, bytes };
    }
  }
  let live = 0;
  for await (const { bytes } of latest()) live += bytes.length + 1;
  let excess = live > limits.largestBytes ? live - limits.largestBytes * 0.8 : 0;
  async function* texts(): AsyncGenerator<Text> {
    for await (const { head, bytes } of latest()) {
      // Only answers may go: a row that is held must stay named.
      if (excess > 0 && head.state === "received") excess -= bytes.length + 1;
      else yield { key: head.key, text: isOld ? bytes.toString("utf8") : textOf(bytes) };
    }
  }
  await rewrite({ path, file }, texts(), disk);
};
