import { type Clock, systemClock } from "../../core/clock.js";
import { ConnectorError } from "../../core/errors.js";
import { compact, isWorthCompacting } from "./compact.js";
import { type Disk, localDisk } from "./disk.js";
import {
  decodeEntry,
  type Entry,
  encodeEntry,
  heldEntry,
  type Intent,
  isInJob,
  type JobCall,
  type Line,
  type Lost,
  lostKey,
  readHead,
  standingOf,
} from "./entry.js";
import { createGroupCommit } from "./group-commit.js";
import { createMarks, headOf } from "./head.js";
import type { Place } from "./index-by-key.js";
import type { JobEntry, JobSize } from "./job.js";
import { type Loaded, loadFile } from "./load.js";
import { writeAt } from "./open-file.js";
import { isOwned, type OwnedFile, systemReason, unusable } from "./own-file.js";
import { finishRewrite, syncFolder } from "./rewrite.js";
import { readLine, type Span, scanLines } from "./scan.js";

/** A durable, append-only record of paid calls. One process at a time holds it. */
export interface Ledger {
  readonly path: string;
  /** The latest entry of a key. An entry whose line is damaged comes back as `unknown`. */
  find(key: string, stop?: AbortSignal): Promise<Entry | null> | Entry | null;
  /**
   * Resolves once the entry is on the disk. Rejects with `ledger_unwritable`. Where workers share a ledger, an intent holds
   * for so long, and is refused with `claimed_elsewhere` where another worker has the key.
   */
  append(entry: Entry, leaseMs?: number): Promise<void>;
  /**
   * The latest entry of every call, in the order they were written. One that was planned for a batch job and never sent is
   * none, here and for `find`.
   */
  entries(): AsyncGenerator<Entry>;
  /** The batch jobs, the first one first. */
  jobs(): Promise<JobEntry[]>;
  /**
   * Like `append`. False where it is not the step after the job's last one, which changes nothing: somebody else was faster. With
   * `idleMs`, only if nobody has gone on with the job for so long; who holds a file knows that nobody does.
   */
  appendJob(job: JobEntry, idleMs?: number): Promise<boolean>;
  /**
   * Like `append`, for a call of a job that whoever comes adds calls to, so many of them at most. `null` where the job takes no
   * more, which changes nothing: who has closed it sees all of its calls.
   */
  addCall(call: JobCall, most: number): Promise<JobSize | null>;
  /** Where workers share it: says that somebody is at a job, so that it is not idle. */
  renewJob?(key: string): Promise<void>;
  /** The calls of a batch job that have no outcome yet. */
  callsOf(job: string): AsyncGenerator<Intent>;
  /** Gives the file and its lock back. */
  close(): Promise<void>;
  /** False once it was closed, or once the disk has refused to take more. */
  isOpen(): boolean;
  /** Lines that a repair could not tell: while there are any, every key that may be one of theirs counts as held. */
  readonly lost: number;
}

/** Opens or creates a ledger. Failures: `ledger_locked`, `ledger_unusable`. */
export const openLedger = async (
  file: string,
  disk: Disk = localDisk,
  clock: Clock = systemClock,
): Promise<Ledger | ConnectorError> => {
  const owned = await disk.own(file);
  if (!isOwned(owned)) return owned;
  try {
    const loaded = await prepare(owned, disk);
    if (!(loaded instanceof ConnectorError)) return await createLedger(owned, loaded, clock);
    await owned.release();
    return loaded;
  } catch (error) {
    await owned.release();
    return unusable(owned.path, systemReason(error));
  }
};

const createLedger = async (owned: OwnedFile, loaded: Loaded, clock: Clock): Promise<Ledger> => {
  const { path, file } = owned;
  const { index, calls } = loaded;
  let { last } = loaded;
  let written = last.n;
  const mark = createMarks(file, loaded.slot);
  const around = {
    async before(): Promise<void> {
      if (!(await owned.isInPlace())) throw new Error("it was moved or deleted while it was in use");
    },
    async after(lines: number): Promise<void> {
      written += lines;
      await mark(written);
    },
  };
  const commits = createGroupCommit(file, loaded.size, around, clock);
  const marked = index.get(lostKey);
  const marker = marked && ((await readLine(file, marked.offset, decodeEntry)) as Lost | null);
  const lost = marked ? (marker?.lines ?? 1) : 0;
  /** Whether a lost line may be a later one of a key. One that is open or answered is not sent again anyway. */
  const mayBeLost = (place: Place | null): boolean =>
    marked !== null && (place === null || (place.state === "refused" && place.offset < marked.offset));
  let isOpen = true;
  const jobs = new Map<string, JobEntry>();
  const added = new Map<string, number>();
  const write = async (entry: Line): Promise<void> => {
    const position = { n: last.n + 1, after: last.key };
    last = { n: position.n, key: entry.key };
    try {
      const line = encodeEntry(entry, position);
      const offset = await commits.append(line);
      index.set(entry.key, { offset, state: entry.state });
      if (entry.state === "intent" && entry.job !== undefined)
        calls.add(entry.job, { from: offset, to: offset + line.length });
    } catch (error) {
      throw new ConnectorError("ledger_unwritable", `${path}: ${systemReason(error)}.`, { cause: error });
    }
  };
  const counted = (entry: Entry): Entry | null =>
    isInJob(entry) ? standingOf(entry, jobs.get(entry.job)?.stage) : entry;
  const entryAt = ({ offset }: Place, key: string): Promise<Entry | null> =>
    readLine(file, offset, (line) => {
      const head = readHead(line);
      // Another key that shares the bits which the index knows.
      if (head && head.key !== key) return null;
      const entry = counted((head && (decodeEntry(line) as Entry | null)) ?? heldEntry(key));
      return entry ?? (marked && offset < marked.offset ? heldEntry(key) : null);
    });
  /** The latest entries in some state, and all that is not damaged of them. */
  async function* latest(wants: (state: Line["state"]) => boolean, span?: Span): AsyncGenerator<Entry> {
    await commits.settled();
    // What is appended while the entries are worked on is not among them.
    const { size: to } = await file.stat();
    for await (const { bytes, offset } of scanLines(file, span ?? { from: 0, to })) {
      const head = readHead(bytes);
      if (!head || !wants(head.state) || index.get(head.key)?.offset !== offset) continue;
      const entry = counted((decodeEntry(bytes) as Entry | null) ?? heldEntry(head.key));
      if (entry) yield entry;
    }
  }
  for (const key of loaded.jobs) {
    const entry = await readLine(file, index.get(key)?.offset ?? 0, (line) =>
      readHead(line)?.key === key ? decodeEntry(line) : null,
    );
    if (entry?.state === "job") jobs.set(key, entry);
  }
  return {
    path,
    lost,
    find(key) {
      const place = index.get(key);
      if (mayBeLost(place)) return heldEntry(key);
      return place && entryAt(place, key);
    },
    append: write,
    entries: () => latest((state) => state !== "lost" && state !== "job"),
    jobs: async () => [...jobs.values()],
    async appendJob(job) {
      if (job.step !== (jobs.get(job.key)?.step ?? 0) + 1) return false;
      jobs.set(job.key, job);
      await write(job);
      return true;
    },
    async addCall(call, most) {
      const { job } = call;
      const before = added.get(job) ?? calls.of(job)?.calls ?? 0;
      if (jobs.get(job)?.stage !== "collecting" || before >= most) return null;
      // Some are on their way to the disk. A closing comes behind them, since lines are written in the order of these calls.
      added.set(job, before + 1);
      await write(call);
      return calls.of(job) ?? null;
    },
    async *callsOf(job) {
      const span = calls.of(job);
      if (!span) return;
      for await (const entry of latest((state) => state === "intent", span))
        if (isInJob(entry) && entry.job === job) yield entry;
    },
    isOpen: () => isOpen && !commits.isBroken(),
    async close() {
      isOpen = false;
      await commits.settled();
      // So that its end cannot be cut off unseen.
      if (!commits.isBroken() && written > loaded.last.n) await file.datasync().catch(() => undefined);
      await owned.release();
    },
  };
};

/** Reads a file, and brings what may be of an earlier time or torn by a crash into order. Damage is refused. */
const prepare = async (owned: OwnedFile, disk: Disk, mayRewrite = true): Promise<Loaded | ConnectorError> => {
  const { path, file } = owned;
  const loaded = await loadFile(file);
  const { is, damage } = loaded;
  if (is === "other") return unusable(path, "it is another kind of file, which is left untouched");
  if (is === "rewriting") {
    if (mayRewrite && (await finishRewrite(owned, disk))) return prepare(owned, disk, false);
    return unusable(
      path,
      `a crash cut its compaction short, and ${path}.compact, which has the whole of it, is not there. Open it by the name that it had then`,
    );
  }
  if (damage)
    return unusable(
      path,
      `${damage.lines} of its lines are damaged or missing (${damage.where}). Restore the file, or keep the rest: \`bedrock-model ledger ${path} --repair\``,
    );
  if (is === "new") {
    await begin(owned, disk);
    return loadFile(file);
  }
  if (mayRewrite && (is === "old" || loaded.torn || isWorthCompacting(loaded))) {
    const done = await compact(owned, loaded, undefined, disk).catch((error: unknown) => error);
    // A disk without room for the smaller file has none for more lines either; the run will say so.
    if (done === undefined) return prepare(owned, disk, false);
    if (is === "old" || loaded.torn) throw done;
  }
  const { size: bytes } = await file.stat();
  if (bytes > loaded.size) await file.truncate(loaded.size);
  if (mayRewrite) {
    // Who wrote it may have died before all of it, and its name, was on the disk.
    await file.datasync();
    await syncFolder(path, disk);
  }
  return loaded;
};

const begin = async ({ path, file }: OwnedFile, disk: Disk): Promise<void> => {
  await file.truncate(0);
  await writeAt(file, headOf(0), 0);
  await file.datasync();
  await syncFolder(path, disk);
};
