import { systemClock } from "../../core/clock.js";
import { ConnectorError } from "../../core/errors.js";
import { localDisk } from "./disk.js";
import {
  decodeEntry,
  type Head,
  heldEntry,
  lostEntry,
  lostKey,
  readHead,
  readOldHead,
  textOf,
} from "./entry.js";
import { type Damage, loadFile } from "./load.js";
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
    const held = heldBy(damage, good);
    const untold = forgetLost ? 0 : damage.lines - damage.told.size;
    const { file: source } = owned;
    async function* texts(): AsyncGenerator<Text> {
      const read = (offset: number): Promise<string> =>
        readLine(source, offset, (line) => (loaded.is === "old" ? line.toString("utf8") : textOf(line)));
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
  readonly state: Head["state"];
  readonly key: string;
  readonly offset: number;
}

/**
 * The lines that check, each once, in the order in which they were written. Of two ledgers that were joined all are kept; a
 * row that one of them has an answer of is answered, so answers come last.
 */
const goodLines = async (file: Parameters<typeof loadFile>[0], isOld: boolean): Promise<Good[]> => {
  const found = new Map<string, Good>();
  let count = 0;
  for await (const { bytes, offset } of scanLines(file)) {
    count++;
    const head = isOld ? readOldHead(bytes) : readHead(bytes);
    if (!head || (isOld && decodeEntry(bytes) === null)) continue;
    const { n = count, state, key } = head as Partial<Pick<Head, "n">> & typeof head;
    found.set(`${n} ${state} ${key}`, { n, state, key, offset });
  }
  const isAnswer = ({ state }: Good): number => (state === "received" ? 1 : 0);
  return [...found.values()].sort((one, other) => isAnswer(one) - isAnswer(other) || one.n - other.n);
};

/** The keys of lost lines of which no answer is there. One that has an intent without an answer is held as it is. */
const heldBy = ({ told }: Pick<Damage, "told">, good: readonly Good[]): string[] => {
  const last = new Map(good.map((line) => [line.key, line]));
  const isOpen = ([n, key]: [number, string]): boolean => {
    const line = last.get(key);
    return key !== lostKey && (line === undefined || (line.state === "refused" && line.n < n));
  };
  return [...new Set([...told].filter(isOpen).map(([, key]) => key))];
};
