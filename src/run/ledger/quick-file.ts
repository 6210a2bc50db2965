import { readSync, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock.js";
import type { OpenFile } from "./open-file.js";

/**
 * A file of the system's, whose short reads and writes are done at once: what a ledger reads was written or scanned not long
 * ago, so it comes out of memory, and what it writes waits there for its flush; that takes a tenth of the time of another
 * thread's turn. Others have theirs every few milliseconds; and where one has shown that it waits for a disk, the next ones are
 * not done so.
 */
export const quickFile = (file: FileHandle, { now }: Pick<Clock, "now"> = systemClock): OpenFile => {
  let turnEnds = 0;
  let turn: Promise<void> | null = null;
  let slowUntil = 0;
  const atOnce = <Result>(work: () => Result): Result => {
    const began = now();
    const result = work();
    if (now() - began > slowMs) slowUntil = began + avoidedMs;
    return result;
  };
  const takeTurn = async (): Promise<void> => {
    await nextTurn();
    turn = null;
    turnEnds = now() + turnMs;
  };
  return {
    async read(into, offset, length, position) {
      if (length > shortRead || now() < slowUntil) return file.read(into, offset, length, position);
      if (now() > turnEnds) {
        turn ??= takeTurn();
        await turn;
      }
      return atOnce(() => ({ bytesRead: readSync(file.fd, into, offset, length, position) }));
    },
    async write(from, offset, length, position) {
      if (length > shortWrite || now() < slowUntil) return file.write(from, offset, length, position);
      return atOnce(() => ({ bytesWritten: writeSync(file.fd, from, offset, length, position) }));
    },
    truncate: (length) => file.truncate(length),
    datasync: () => file.datasync(),
    sync: () => file.sync(),
    stat: () => file.stat(),
    close: () => file.close(),
  };
};

const shortRead = 2 ** 14;
/** The lines of some hundred calls. */
const shortWrite = 2 ** 18;
const turnMs = 5;
const slowMs = 2;
const avoidedMs = 50;
