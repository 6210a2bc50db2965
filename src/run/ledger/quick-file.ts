import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock.js";
import type { OpenFile } from "./open-file.js";

/**
 * A file of the system's, whose short reads are done at once: what a ledger reads was written or scanned not long ago, so it
 * comes out of memory, which takes a tenth of the time of another thread's turn. Others have theirs every few milliseconds; and
 * where a read has shown that it comes from a disk, the next ones are not done so.
 */
export const quickFile = (file: FileHandle, { now }: Pick<Clock, "now"> = systemClock): OpenFile => {
  let turnEnds = 0;
  let turn: Promise<void> | null = null;
  let slowUntil = 0;
  const takeTurn = async (): Promise<void> => {
    await nextTurn();
    turn = null;
    turnEnds = now() + turnMs;
  };
  return {
    async read(into, offset, length, position) {
      if (length > shortBytes || now() < slowUntil) return file.read(into, offset, length, position);
      if (now() > turnEnds) {
        turn ??= takeTurn();
        await turn;
      }
      const began = now();
      const bytesRead = readSync(file.fd, into, offset, length, position);
      if (now() - began > slowMs) slowUntil = began + avoidedMs;
      return { bytesRead };
    },
    write: (from, offset, length, position) => file.write(from, offset, length, position),
    truncate: (length) => file.truncate(length),
    datasync: () => file.datasync(),
    sync: () => file.sync(),
    stat: () => file.stat(),
    close: () => file.close(),
  };
};

const shortBytes = 2 ** 14;
const turnMs = 5;
const slowMs = 2;
const avoidedMs = 50;
