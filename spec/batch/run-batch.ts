import { deliverRecords } from "../../src/batch/deliver.js";
import type { DeliverOptions } from "../../src/batch/delivery.js";
import type { Moment } from "../../src/batch/door.js";
import type { BatchProgress } from "../../src/batch/view.js";
import { systemClock } from "../../src/core/clock.js";
import type { Outcome } from "../../src/core/outcome.js";
import { openSession } from "../../src/enrich/session.js";
import { closeLedger, type Summary } from "../../src/index.js";
import type { Emulator } from "../../src/testing/emulator/index.js";
import type { batchConfig } from "./batches.js";

const hour = 3_600_000;

/** What a run is given beside its settings. */
interface Given extends DeliverOptions {
  readonly rows: Iterable<unknown> | AsyncIterable<unknown>;
  readonly at?: (moment: Moment) => void;
  /** Done before the time of a look passes, with the hours that have. */
  readonly meanwhile?: (hours: number) => unknown;
}

/** A run whose waiting lets the time of a local Bedrock pass: four minutes a look. */
export const runBatch = async (
  bedrock: Pick<Emulator, "passTime">,
  settings: ReturnType<typeof batchConfig>,
  { rows, at, meanwhile, ...options }: Given,
) => {
  let passed = 0;
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + passed,
    date: () => systemClock.date() + passed,
    async sleep() {
      await meanwhile?.(passed / hour);
      passed += 240_000;
      bedrock.passTime(240);
    },
  };
  const session = await openSession(settings, "enrich");
  const outcomes: Outcome[] = [];
  const seen: BatchProgress[] = [];
  const parts = { clock, ...(at && { at }) };
  const all = { onBatch: (progress: BatchProgress) => seen.push(progress), ...options };
  try {
    const run = deliverRecords(session, rows, all, undefined, parts);
    let step = await run.next();
    for (; !step.done; step = await run.next()) outcomes.push(step.value);
    return { outcomes, summary: step.value as Summary, seen, hours: passed / hour };
  } finally {
    await closeLedger(String(settings.ledger));
  }
};
