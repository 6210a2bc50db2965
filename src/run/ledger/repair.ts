import { systemClock } from "../../core/clock.js";
import { ConnectorError } from "../../core/errors.js";
import { localDisk } from "./disk.js";
import { decodeEntry, heldEntry, lostEntry, lostKey, readHead, readOldHead, textOf } from "./entry.js";
import { type Damage, type Loaded, loadFile } from "./load.js";
import { isOwned } from "./own-file.js";
import { rewrite, type Text } from "./rewrite.js";
import { readLine, scanLines } from "./scan.js";

/** What a repair did. */
export interface Repair {
  /** Lines that check, which were kept. */
  readonly kept: number;
  /** Lines that were damaged or missing; at least so many where the head of the file was damaged too. */
  readonly lost: number;
  /** Rows that are held, since a line of theirs was lost. */
  readonly held: number;
  /** Lost lines that could not be told; while there are any, every row that the ledger does not know is held. */
  readonly untold: number;
}

/**
 * Mends a ledger's file: keeps every line that checks, holds what the lost ones may have been. One that is whole is left as
 * it is. With `forgetLost`, rows that the ledger does not know may be sent though lost lines could not be told.
 * @throws ConnectorError when it is held by a process, or no ledger.
 */
export const repairLedger = async (
  file: string,
  { forgetLost = false, disk = localDisk, clock = systemClock } = {},
): Promise<Repair> => {
  const owned = await disk.own(file);
  if (!isOwned(owned)) throw owned;
  try {
    const loaded = await loadFile(owned.file);
    if (loaded.is === "other" || loaded.is === "rewriting" || loaded.is === "new")
      throw new ConnectorError("ledger_unusable", `${owned.path}: it holds nothing that can be repaired.`);
    const { lines, index } = loaded;
    const before = index.get(lostKey) !== null;
    if (!loaded.damage && !(before && forgetLost)) return { kept: lines, lost: 0, held: 0, untold: 0 };
    const damage = loaded.damage ?? { lines: 0, told: new Map() };
    const all = await goodLines(owned.file, loaded.is === "old");
    const good = forgetLost ? all.filter(({ key }) => key !== lostKey) : all;
    const held = heldBy(damage, good, loaded);
    const untold = forgetLost ? 0 : damage.lines - damage.told.size;
    const { file: source } = owned;
    async function* texts(): AsyncGenerator<Text> {
      const read = async (offset: number): Promise<string> => {
        const line = await readLine(source, offset);
        return loaded.is === "old" ? line.toString("utf8") : textOf(line);
      };
      for (const { key, offset } of good) yield { key, text: await read(offset) };
      for (const key of held) yield { key, text: JSON.stringify(heldEntry(key)) };
      if (untold > 0) yield { key: lostKey, text: JSON.stringify(lostEntry(untold, clock.date())) };
    }
    await rewrite(owned, texts(), disk);
    return { kept: good.length, lost: damage.lines, held: held.length, untold };
  } finally {
    await owned.release();
  }
};

interface Good {
  readonly n: number;
  readonly key: string;
  readonly offset: number;
}

/** The lines that check, in the order in which they were written, each once. */
const goodLines = async (file: Parameters<typeof loadFile>[0], isOld: boolean): Promise<Good[]> => {
  const found = new Map<number, Good>();
  let count = 0;
  for await (const { bytes, offset } of scanLines(file)) {
    count++;
    if (isOld) {
      const head = readOldHead(bytes);
      if (head && isJson(bytes)) found.set(count, { n: count, key: head.key, offset });
      continue;
    }
    const head = readHead(bytes);
    if (head) found.set(head.n, { n: head.n, key: head.key, offset });
  }
  return [...found.values()].sort((one, other) => one.n - other.n);
};

const isJson = (bytes: Buffer): boolean => decodeEntry(bytes) !== null;

/** The keys of lost lines of which no answer is there. One that has an intent without an answer is held as it is. */
const heldBy = ({ told }: Pick<Damage, "told">, good: readonly Good[], { index }: Loaded): string[] => {
  const later = new Map(good.map(({ n, key }) => [key, n]));
  const open = [...told].filter(
    ([n, key]) =>
      index.get(key)?.state !== "received" && (later.get(key) ?? 0) < n && !isHeldAlready(index, key),
  );
  return [...new Set(open.map(([, key]) => key))].filter((key) => key !== lostKey);
};

const isHeldAlready = (index: Loaded["index"], key: string): boolean => {
  const state = index.get(key)?.state;
  return state === "intent" || state === "unknown";
};
