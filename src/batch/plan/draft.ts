import { ConnectorError } from "../../core/errors.js";
import { type InvokeRequest, unsent } from "../../core/invoke.js";
import type { OnUnknown } from "../../core/outcome.js";
import { type Entry, isInJob } from "../../run/ledger/entry.js";
import { createDeposit, type Deposit, nothing, type Purse, type Share } from "../../run/purse.js";
import { after, type Door } from "../door.js";
import { bytesOf, cutFiles } from "../job/input-files.js";
import { newJob } from "../job/new-job.js";
import { createCrowd } from "./crowd.js";
import type { Leased } from "./plan-lease.js";

/** A job while calls are added to it. It is in the ledger once they are enough for a job. */
export interface Draft {
  readonly deposit: Deposit;
  /** Calls in it, and the bytes of their records. */
  readonly size: { records: number; bytes: number };
  /** Of its first calls: of all of them, where they are too few for a job. */
  readonly keys: string[];
  /** Its key in the ledger. */
  readonly key: string;
  /** Calls that stay out of it, since they were called meanwhile, or are in another job. */
  missed(): number;
  isAdding(key: string): boolean;
  /** Adds a call, whose share is set aside. */
  add(request: InvokeRequest, share: Share | null): Promise<void>;
  /** Adds no more: its calls are in a job, or free, since they are too few or another process took this one for dead. */
  close(): Promise<"planned" | "too few" | "lost">;
}

interface DraftTerms {
  readonly purse: Purse;
  readonly deadline?: number | undefined;
  /** The host's run that it is of. */
  readonly run?: string | undefined;
  /** The fewest calls that a job takes. */
  readonly least: number;
  readonly lease: Leased;
}

export const createDraft = (door: Door, { purse, deadline, run, least, lease }: DraftTerms): Draft => {
  const { ledger, clock } = door;
  const deposit = createDeposit(purse);
  const writing = createCrowd(writtenAtOnce);
  const size = { records: 0, bytes: 0 };
  const keys: string[] = [];
  const adding = new Set<string>();
  let waiting: (() => Promise<void>)[] = [];
  const entry = newJob(door, "planning", { deadline, run });
  let isBegun = false;
  let missed = 0;
  const write = async (request: InvokeRequest, share: Share | null): Promise<void> => {
    if (!(await addCall(door, request, entry.key))) {
      missed++;
      size.records--;
      if (keys.includes(request.key)) keys.splice(keys.indexOf(request.key), 1);
      if (share) await deposit.settle(share, nothing);
    }
    adding.delete(request.key);
  };
  const begin = async (): Promise<void> => {
    isBegun = true;
    lease.add(entry.key);
    await ledger.appendJob(entry);
    door.at("planning");
  };
  return {
    ...{ deposit, size, keys, key: entry.key },
    missed: () => missed,
    isAdding: (key) => adding.has(key),
    async add(request, share) {
      const { key } = request;
      adding.add(key);
      size.records++;
      size.bytes += bytesOf(request);
      if (keys.length < least) keys.push(key);
      if (share) deposit.add(share);
      waiting.push(() => write(request, share));
      if (size.records < least && !isBegun) return;
      if (!isBegun) await begin();
      const all = waiting;
      waiting = [];
      for (const start of all) await writing.join(start());
    },
    async close() {
      await writing.ended();
      if (size.records < least) {
        if (isBegun) await ledger.appendJob(after(entry, clock, { stage: "abandoned" }));
        await deposit.giveBack();
        return "too few";
      }
      const plan = { ...entry.plan, files: await cutFiles(door, entry) };
      const isWhole = await ledger.appendJob(after(entry, clock, { stage: "planned", plan }));
      if (isWhole) door.at("planned");
      else await deposit.giveBack();
      return isWhole ? "planned" : "lost";
    },
  };
};

const writtenAtOnce = 500;

/** Whether a call with this entry may be in a new job. */
export const isFree = (entry: Entry | null, onUnknown: OnUnknown): boolean => {
  if (entry === null || entry.state === "refused") return true;
  return entry.state !== "received" && !isInJob(entry) && onUnknown === "retry";
};

/** Writes that a call is in a job. False for one that was called meanwhile, or is in another job. */
const addCall = async (
  { ledger, clock, plan }: Door,
  request: InvokeRequest,
  job: string,
): Promise<boolean> => {
  const { key, modelId: model, routeKey: target, body } = request;
  // It has waited for the others of its job, while another run of this process may have had it.
  if (ledger.underway.has(key)) return false;
  const add = async (): Promise<void> => {
    const entry = ledger.peek ? null : await ledger.find(key);
    if (!isFree(entry, plan.connection.onUnknown)) throw new ConnectorError("claimed_elsewhere");
    await ledger.append({ state: "intent", key, at: clock.date(), job, model, target, body });
  };
  const write = add();
  ledger.underway.set(
    key,
    write.then(
      () => unsent(new ConnectorError("batch_pending")),
      (error: ConnectorError) => unsent(error),
    ),
  );
  try {
    await write;
    return true;
  } catch (error) {
    if ((error as ConnectorError).code === "claimed_elsewhere") return false;
    throw error;
  } finally {
    ledger.underway.delete(key);
  }
};
