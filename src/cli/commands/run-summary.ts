import { writeFile } from "node:fs/promises";
import { withoutPassword } from "../../core/without-password.js";
import type { Summary } from "../../index.js";
import { claimPlace, type Place } from "../../rows/place.js";
import type { WritePlan } from "./write-plan.js";

/** What became of a run. */
export interface RunOutcome {
  readonly exitCode: number;
  /** Why it is that code, in a sentence. */
  readonly reason: string;
  readonly summary?: Summary;
  readonly seconds?: number;
}

/** What became of a run, for programs. `summary` has the numbers; without it, the run could not begin. */
const summaryOf = (plan: WritePlan, { exitCode, reason, summary, seconds }: RunOutcome) => ({
  exit_code: exitCode,
  reason,
  input: plan.input ?? "-",
  output: plan.output ?? null,
  ledger: plan.ledger === undefined ? null : withoutPassword(plan.ledger),
  shard: plan.shard ? `${plan.shard.index}/${plan.shard.of}` : null,
  seconds: seconds === undefined ? null : Number(seconds.toFixed(3)),
  summary: summary ?? null,
});

/** Takes the place of `--summary`, if there is one, before rows are paid for. Throws a FileFailure. */
export const claimSummary = async (plan: WritePlan): Promise<(outcome: RunOutcome) => Promise<void>> => {
  const place: Place | undefined = plan.summary === undefined ? undefined : await claimPlace(plan.summary);
  return async (outcome) => {
    if (!place) return;
    try {
      await writeFile(place.whole, `${JSON.stringify(summaryOf(plan, outcome), null, 2)}\n`);
      await place.finish(place.whole);
    } finally {
      place.release();
    }
  };
};
