import { after, type Door, ownJobs } from "../door.js";

/** The plans that calls are being added to. */
export interface Leased {
  add(key: string): void;
  has(key: string): boolean;
  end(): void;
}

/** Keeps plans from counting as dead while this process adds calls to them, however slowly rows come. */
export const leasePlans = ({ ledger, clock }: Pick<Door, "ledger" | "clock">): Leased => {
  const keys = new Set<string>();
  let isOver = ledger.renewJob === undefined;
  const renew = (): void => {
    if (isOver) return;
    // What is not written now is written the next time, or the plan is given up.
    for (const key of keys) ledger.renewJob?.(key).catch(() => undefined);
    clock.after(deadAfterMs / 6, renew, "idle");
  };
  renew();
  return {
    add(key) {
      keys.add(key);
      underway.add(key);
    },
    has: (key) => keys.has(key),
    end() {
      isOver = true;
      for (const key of keys) underway.delete(key);
    },
  };
};

/** Gives up plans that a process left behind. Who holds a file knows that no other process is at them; elsewhere they are given time. */
export const giveUpDead = async (door: Door): Promise<void> => {
  for (const job of await ownJobs(door))
    if (job.stage === "planning" && !underway.has(job.key))
      await door.ledger.appendJob(after(job, door.clock, { stage: "abandoned" }), deadAfterMs);
};

/** The jobs that this process is planning. */
const underway = new Set<string>();

const deadAfterMs = 120_000;
