import type { Ceilings } from "../../../connection/connection.js";
import type { Clock } from "../../../core/clock.js";
import { ConnectorError } from "../../../core/errors.js";
import { inWords } from "../../../tables/refusal.js";
import { nothing, type Purse, passedCeiling, type Share } from "../../purse.js";
import type { Database } from "./database.js";
import * as statements from "./statements.js";

interface State extends Share {
  readonly open: number;
  readonly quiet_ms: number;
}

interface Terms {
  /** 32 hexadecimal digits: the same for the workers that share a run. */
  readonly run: string;
  readonly ceilings: Ceilings;
  /** A run of which nothing was heard for so long is over. */
  readonly quietMs: number;
}

/**
 * The purse of a run that several workers share, in a row of the table. What a statement may have taken whose answer was lost,
 * and what a dead worker had open, stays set aside.
 */
export const createPurse = (
  ask: Database["ask"],
  { run, ceilings, quietMs }: Terms,
  clock: Pick<Clock, "sleep" | "after" | "random">,
): Purse => {
  const most = [ceilings.rows, ceilings.tokens, ceilings.usd].map((ceiling) => ceiling ?? "Infinity");
  const valuesOf = ({ rows, tokens, usd }: Share): unknown[] => [run, rows, tokens, usd];
  /** Until a statement has been answered, the run that the table has may be an earlier one. */
  let mayBeOver = quietMs;
  let open = 0;
  /** In a row: what waits for a dead worker's calls to be over asks ever more rarely. */
  let refusals = 0;
  let isWatched = false;
  /** A call may wait for its quota for longer than a run may be quiet. */
  const watch = (): void => {
    if (isWatched) return;
    isWatched = true;
    const look = (): void => {
      isWatched = false;
      if (open === 0) return;
      ask(statements.touch, [run]).catch(() => undefined);
      watch();
    };
    clock.after(quietMs / 4, look, "idle");
  };
  return {
    async take(worst) {
      try {
        const taken = await ask(statements.takeShare, [...valuesOf(worst), ...most, mayBeOver]);
        // Its rows that wait for room are of this run, however long they do.
        mayBeOver = never;
        if (taken.length > 0) {
          open++;
          refusals = 0;
          watch();
          return null;
        }
        const [now = { ...nothing, open: 0, quiet_ms: 0 }] = await ask<State>(statements.openCalls, [run]);
        const reason = passedCeiling(now, worst, ceilings);
        // Another worker gave some back in between.
        if (reason === null) return { reason: "a ceiling is reached.", freed: clock.sleep(0) };
        if (now.open === 0 || now.quiet_ms >= quietMs) return { reason, freed: null };
        const wait = Math.min(2_000, 200 * 1.1 ** refusals++);
        return { reason, freed: clock.sleep(wait * (0.5 + clock.random())) };
      } catch (cause) {
        if (cause instanceof ConnectorError) return cause;
        return new ConnectorError("ledger_unwritable", `The ceilings: ${inWords(cause)}.`, { cause });
      }
    },
    async settle(worst, actual, calls = 1) {
      open -= calls;
      const difference = {
        rows: worst.rows - actual.rows,
        tokens: worst.tokens - actual.tokens,
        usd: worst.usd - actual.usd,
      };
      await ask(statements.giveBack, [...valuesOf(difference), calls], { once: true }).catch(() => undefined);
    },
  };
};

/** Milliseconds: as long as an interval of the server's may last. */
const never = 1e12;
