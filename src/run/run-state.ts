import type { Tolerance } from "../connection/connection.js";
import { ConnectorError, type ErrorCode } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import type { LimitAdvice } from "./pacer/limit-advice.js";

/** One run of rows, and whether it has been ended for all of them. */
export interface Run {
  /** Why the run was ended, for the rows that are not sent any more; `null` while it goes on. */
  ended(): ConnectorError | null;
  end(code: ErrorCode, detail?: string): ConnectorError;
  /** A smaller output limit that the rows could do with; see `Reservations`. */
  advice(): LimitAdvice | null;
  /** Rows that wait to be sent again. */
  waiting: number;
  /** Calls that are on their way at this moment. */
  open: number;
  /** Counts an outcome, and ends the run when more have failed than is tolerated. */
  note(outcome: Outcome): void;
}

const judgedFrom = 20;

export const createRun = (
  { count, percent }: Tolerance,
  advice: () => LimitAdvice | null = () => null,
): Run => {
  let ended: ConnectorError | null = null;
  let rows = 0;
  let failures = 0;
  const end = (code: ErrorCode, detail?: string): ConnectorError => {
    ended ??= new ConnectorError(code, detail);
    return ended;
  };
  return {
    advice,
    waiting: 0,
    open: 0,
    ended: () => ended,
    end,
    note({ trace: { status } }) {
      if (status === "not_sent" || status === "skipped") return;
      rows++;
      if (status !== "enriched") failures++;
      if (count !== null && failures > count)
        end("too_many_failures", `${failures} failed or are held; tolerated_failure_count is ${count}.`);
      if (percent !== null && rows >= judgedFrom && failures * 100 > percent * rows)
        end(
          "too_many_failures",
          `${failures} of ${rows} failed or are held; tolerated_failure_percent is ${percent}.`,
        );
    },
  };
};
