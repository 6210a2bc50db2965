/** The process of `batch.ts` that writes rows: it takes its task as a message, and kills itself at the state that is named there. */
import "../support/environment.js";
import { once } from "node:events";
import { deliverRecords } from "../../src/batch/deliver.js";
import { systemClock } from "../../src/core/clock.js";
import { openSession } from "../../src/enrich/session.js";
import { type ConnectionConfig, closeLedger } from "../../src/index.js";

export interface Task {
  readonly config: ConnectionConfig;
  readonly rows: readonly { readonly id: number; readonly text: string }[];
  readonly deadlineMs: number;
  /** A moment of `Door.at`, or the service's word for a job's state; `null` for a process that comes to its end. */
  readonly killedAt: string | null;
  /** How far the time of the service is ahead, in milliseconds. */
  readonly passed: number;
}

export interface Ended {
  readonly rows: readonly { readonly id: number; readonly status: string; readonly code: string | null }[];
}

const [{ config, rows, deadlineMs, killedAt, ...task }] = (await once(process, "message")) as [Task];
let passed = task.passed;
const killAt = (state: string | null | undefined): void => {
  if (state === killedAt && killedAt !== null) process.kill(process.pid, "SIGKILL");
};

const lookMs = 240_000;
const clock = {
  ...systemClock,
  date: () => Date.now() + passed,
  /** Lets the service's time pass, which the process that started this one has. */
  sleep: async () => {
    process.send?.({ passMs: lookMs });
    [{ passed }] = (await once(process, "message")) as [{ passed: number }];
  },
};

const session = await openSession(config, "enrich");
const ended: Ended["rows"][number][] = [];
const options = {
  deadlineMs,
  onBatch: ({ jobs }: { jobs: readonly { readonly status: string | null }[] }) =>
    killAt(jobs.find(({ status }) => status === killedAt)?.status),
};
for await (const { record, trace } of deliverRecords(session, rows, options, undefined, {
  clock,
  at: killAt,
})) {
  const { id } = record as { id: number };
  ended.push({ id, status: trace.status, code: trace.error?.code ?? null });
}
await closeLedger(String(config.ledger));
process.send?.({ rows: ended } satisfies Ended, () => process.disconnect());
