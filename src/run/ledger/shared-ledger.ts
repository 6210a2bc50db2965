import type { Ceilings } from "../../connection/connection.js";
import { type Clock, systemClock } from "../../core/clock.js";
import { ConnectorError } from "../../core/errors.js";
import type { Underway } from "../../core/invoke.js";
import type { Purse } from "../purse.js";
import { type Disk, localDisk } from "./disk.js";
import { type Ledger, openLedger } from "./ledger.js";

/**
 * A file's ledger in this process. The file is open while anybody holds it, and given back to other processes once
 * nobody has for a moment; its contents are to be used by holders only.
 */
export interface SharedLedger
  extends Pick<
    Ledger,
    "find" | "append" | "entries" | "isOpen" | "jobs" | "appendJob" | "renewJob" | "addCall" | "callsOf"
  > {
  /** What a run has left under its ceilings, where the ledger's workers share it by the run's name. */
  readonly purse?: (run: string, ceilings: Ceilings, quietMs: number) => Purse;
  /** The calls under way whose outcomes other callers wait for. */
  readonly underway: Underway;
  /**
   * Opens the file where it was given back, waiting for another process to do so. A call holds it from the look for an
   * old answer until the new one is written.
   * @returns a function that ends the hold
   */
  hold(): Promise<(() => void) | ConnectorError> | (() => void) | ConnectorError;
  /** Why it cannot be held now; `null` where it can, and is for a moment. */
  refusal(): Promise<ConnectorError | null>;
  /** `find` that waits for nobody and changes nothing, where that is another thing. */
  readonly peek?: Ledger["find"];
  /** Whether this process has the file open. */
  isHeld(): boolean;
  /** For good, whoever holds it. */
  close(): Promise<void>;
}

/** How a ledger is shared with other processes. */
export interface Sharing {
  /** How long another process is waited for. A host lets a page of rows take 420 seconds. */
  readonly patienceMs: number;
  /** How long at least nobody has held it when it is given back. */
  readonly leastIdleMs: number;
}

/** Where it is kept, and whom it tells that it waits. */
interface Place {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly warn: Warn;
}

/** Tells the user of a process what no row can tell. */
export type Warn = (sentence: string, name: string) => void;

export const createSharedLedger = (
  path: string,
  { patienceMs = 120_000, leastIdleMs = 1_000 }: Partial<Sharing> = {},
  { disk = localDisk, clock = systemClock, warn = emitWarning }: Partial<Place> = {},
): SharedLedger => {
  let ledger: Ledger | null = null;
  let opening: Promise<ConnectorError | null> | null = null;
  let givingBack: Promise<void> | undefined;
  let holders = 0;
  let isClosed = false;
  /** When the last holder has gone, and whether a timer looks how long ago that is. */
  let idleSince = 0;
  let isWatched = false;
  let idleMs = leastIdleMs;
  /** Until then another process was waited for in vain, and is not waited for again. */
  let impatientUntil = 0;

  const open = async (): Promise<ConnectorError | null> => {
    await givingBack;
    // One that the disk refused is opened anew, since there may be room again.
    await ledger?.close();
    ledger = null;
    const startedAt = clock.now();
    let opened = await openTimed();
    if (isLocked(opened) && startedAt >= impatientUntil) {
      opened = await waitFor(opened);
      if (isLocked(opened)) impatientUntil = clock.now() + impatienceMs;
    }
    if (opened instanceof ConnectorError) return opened;
    ledger = opened;
    return null;
  };

  const openTimed = async (): Promise<Ledger | ConnectorError> => {
    const startedAt = clock.now();
    const opened = await openLedger(path, disk, clock);
    // A long file is not read again and again for pauses that are short beside that.
    idleMs = Math.max(leastIdleMs, 10 * (clock.now() - startedAt));
    return opened;
  };

  /** Tries again until the other process has given the file back, and says whom it waits for. */
  const waitFor = async (locked: ConnectorError): Promise<Ledger | ConnectorError> => {
    const seconds = Math.ceil(patienceMs / 1000);
    warn(`${locked.detail} Waiting for it, for ${seconds} seconds at most.`, "LedgerWait");
    const until = clock.now() + patienceMs;
    for (let opened: Ledger | ConnectorError = locked; ; opened = await openTimed()) {
      if (!isLocked(opened)) return opened;
      if (clock.now() >= until)
        return new ConnectorError("ledger_locked", `${opened.detail} It was waited for ${seconds} seconds.`);
      // Many that wait do not ask all at once.
      await clock.sleep(50 + clock.random() * 100);
    }
  };

  const giveBack = (): void => {
    givingBack = ledger?.close().catch(() => undefined);
    ledger = null;
  };

  const hold = (): ReturnType<SharedLedger["hold"]> => {
    if (isClosed) return closed();
    holders++;
    return ledger?.isOpen() ? release : holdOpened();
  };

  const holdOpened = async (): Promise<(() => void) | ConnectorError> => {
    opening ??= open().finally(() => {
      opening = null;
    });
    const refused = await opening;
    if (refused === null) return release;
    release();
    return refused;
  };

  const release = (): void => {
    if (--holders > 0) return;
    idleSince = clock.now();
    watch(idleMs);
  };

  /** Rows come and go often, so one timer looks after all of them. */
  const watch = (ms: number): void => {
    if (isWatched) return;
    isWatched = true;
    clock.after(
      ms,
      () => {
        isWatched = false;
        if (holders > 0 || ledger === null || isClosed) return;
        const left = idleSince + idleMs - clock.now();
        if (left > 0) watch(left);
        else giveBack();
      },
      "idle",
    );
  };

  const held = (): Ledger => {
    if (!ledger) throw closed();
    return ledger;
  };

  const closed = () => new ConnectorError("ledger_unwritable", `${path}: it was given back.`);

  return {
    underway: new Map(),
    hold,
    async refusal() {
      const result = await hold();
      if (result instanceof ConnectorError) return result;
      result();
      return null;
    },
    find: (key) => held().find(key),
    append: (entry) => held().append(entry),
    entries: () => held().entries(),
    jobs: async () => held().jobs(),
    appendJob: async (job, idleMs) => held().appendJob(job, idleMs),
    addCall: async (call, most) => held().addCall(call, most),
    callsOf: (job) => held().callsOf(job),
    isOpen: () => !isClosed && ledger?.isOpen() !== false,
    isHeld: () => ledger !== null || opening !== null,
    async close() {
      isClosed = true;
      await opening;
      await givingBack;
      await ledger?.close();
    },
  };
};

const impatienceMs = 60_000;

const isLocked = (opened: Ledger | ConnectorError): opened is ConnectorError =>
  opened instanceof ConnectorError && opened.code === "ledger_locked";

export const emitWarning: Warn = (sentence, name) => process.emitWarning(sentence, name);
