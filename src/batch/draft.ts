import { randomBytes } from "node:crypto";
import { ConnectorError } from "../core/errors.js";
import { type InvokeRequest, unsent } from "../core/invoke.js";
import type { JobEntry } from "../run/ledger/job.js";
import { createDeposit, type Deposit, nothing, type Purse, type Share } from "../run/purse.js";
import { accountOf } from "./account.js";
import { createCrowd } from "./crowd.js";
import { after, type Door, ownJobs } from "./door.js";
import { cutFiles, lineOf } from "./input-files.js";

/** A job while calls are added to it. It is in the ledger once they are enough for a job. */
export interface Draft {
  readonly deposit: Deposit;
  /** Calls in it, and the bytes of their records. */
  readonly size: { records: number; bytes: number };
  /** Of its first calls: of all of them, where they are too few for a job. */
  readonly keys: string[];
  /** Its key in the ledger; `null` before it is there. */
  key(): string | null;
  /** Calls that stay out of it, since they were called meanwhile, or are in another job. */
  missed(): number;
  isAdding(key: string): boolean;
  /** Adds a call, whose share is set aside. */
  add(request: InvokeRequest, share: Share | null): Promise<void>;
  /** Adds no more: its calls are in a job, or free, since they are too few or another process took this one for dead. */
  close(): Promise<"planned" | "too few" | "lost">;
  /** Leaves it as it is, for whoever gives up what is dead. */
  drop(): void;
}

export const createDraft = (
  door: Door,
  { purse, deadline, least }: { purse: Purse; deadline?: number | undefined; least: number },
): Draft => {
  const { ledger, clock } = door;
  const deposit = createDeposit(purse);
  const writing = createCrowd(writtenAtOnce);
  const size = { records: 0, bytes: 0 };
  const keys: string[] = [];
  const adding = new Set<string>();
  let waiting: (() => Promise<void>)[] = [];
  let entry: JobEntry | null = null;
  let missed = 0;
  const write = async (request: InvokeRequest, share: Share | null, job: string): Promise<void> => {
    if (!(await addCall(door, request, job))) {
      missed++;
      size.records--;
      if (share) await deposit.settle(share, nothing);
    }
    adding.delete(request.key);
  };
  const begin = async (): Promise<JobEntry> => {
    const begun = newJob(door, deadline);
    underway.add(begun.key);
    await ledger.appendJob(begun);
    door.at("planning");
    return begun;
  };
  const drop = (): void => {
    if (entry) underway.delete(entry.key);
  };
  const close = async (): ReturnType<Draft["close"]> => {
    await writing.ended();
    const isFew = size.records < least;
    if (isFew || !entry) {
      if (entry) await ledger.appendJob(after(entry, clock, { stage: "abandoned" }));
      await deposit.giveBack();
      return "too few";
    }
    const plan = { ...entry.plan, files: await cutFiles(door, entry) };
    const isWhole = await ledger.appendJob(after(entry, clock, { stage: "planned", plan }));
    if (isWhole) door.at("planned");
    else await deposit.giveBack();
    return isWhole ? "planned" : "lost";
  };
  return {
    ...{ deposit, size, keys, drop },
    key: () => entry?.key ?? null,
    missed: () => missed,
    isAdding: (key) => adding.has(key),
    async add(request, share) {
      const { key } = request;
      adding.add(key);
      size.records++;
      size.bytes += Buffer.byteLength(lineOf(request));
      if (keys.length < least) keys.push(key);
      if (share) deposit.add(share);
      waiting.push(() => write(request, share, entry?.key ?? ""));
      if (size.records < least && !entry) return;
      entry ??= await begin();
      const all = waiting;
      waiting = [];
      for (const start of all) await writing.join(start());
    },
    close: () => close().finally(drop),
  };
};

const writtenAtOnce = 500;

const newJob = ({ plan, place, clock }: Door, deadline: number | undefined): JobEntry => {
  const key = randomBytes(16).toString("hex");
  return {
    ...{ state: "job", key, at: clock.date(), version: 1, step: 1, stage: "planning" },
    plan: {
      model: plan.connection.modelId,
      target: plan.routeKey,
      api: plan.connection.api,
      // The service takes all that is in the one, and writes into the other while it does.
      input: `${place.input}${key}/in/`,
      output: `${place.output}${key}/out/`,
      files: [],
      account: accountOf(place.roleArn),
      ...(deadline !== undefined && { deadline }),
    },
  };
};

/** Writes that a call is in a job. False for one that was called meanwhile, or is in another job. */
const addCall = async ({ ledger, clock }: Door, request: InvokeRequest, job: string): Promise<boolean> => {
  const { key, modelId: model, routeKey: target, body } = request;
  const write = ledger.append({ state: "intent", key, at: clock.date(), job, model, target, body });
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

/**
 * Gives up plans that a process left behind: who holds a file knows that no other process is at them; elsewhere they are given
 * time.
 */
export const giveUpDead = async (door: Door): Promise<void> => {
  for (const job of await ownJobs(door))
    if (job.stage === "planning" && !underway.has(job.key))
      await door.ledger.appendJob(after(job, door.clock, { stage: "abandoned" }), deadAfterMs);
};

/** The jobs that this process is planning. */
const underway = new Set<string>();

/** A planner writes its calls one after the other. */
const deadAfterMs = 120_000;
