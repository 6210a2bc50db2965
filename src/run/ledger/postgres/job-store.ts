import type { ConnectorError } from "../../../core/errors.js";
import { type Intent, isInJob } from "../entry.js";
import type { JobEntry } from "../job.js";
import type { SharedLedger } from "../shared-ledger.js";
import type { Database } from "./database.js";
import * as statements from "./statements.js";
import { type StoredRow, toEntry } from "./stored.js";

/** The batch jobs of a ledger in a database, and what its failures are called. */
export const createJobStore = (
  asked: Database["ask"],
  failed: (cause: unknown) => ConnectorError,
): Pick<SharedLedger, "jobs" | "appendJob" | "renewJob" | "callsOf"> => {
  const ask: Database["ask"] = (text, values) =>
    asked<never>(text, values).catch((cause: unknown) => {
      throw failed(cause);
    });
  return {
    async jobs() {
      const rows = await ask<{ body: string }>(statements.jobs);
      return rows.map(({ body }) => JSON.parse(body) as JobEntry);
    },
    async appendJob(job, idleMs = 0) {
      const { key, stage, step } = job;
      const put = () => ask(statements.putJob, [key, JSON.stringify(job), stage, step, idleMs]);
      const rows = await put().catch(async (error: ConnectorError) => {
        if ((error.cause as { code?: string }).code !== checkViolation) throw error;
        await ask(statements.takeJobs);
        return put();
      });
      return rows.length > 0;
    },
    async renewJob(key) {
      await ask(statements.touch, [key]);
    },
    async *callsOf(job) {
      for (let last = ""; ; ) {
        const rows = await ask<StoredRow>(statements.callsOfJob, [`${statements.ofJob}${job}`, last]);
        yield* rows.map(toEntry).filter((entry): entry is Intent => isInJob(entry));
        last = rows.at(-1)?.key ?? "";
        if (rows.length === 0) return;
      }
    },
  };
};

/** A table of an earlier version knows no state of jobs. */
const checkViolation = "23514";
