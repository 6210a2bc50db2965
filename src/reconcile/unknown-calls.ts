import type { Entry } from "../run/ledger/entry.js";
import type { Stretch } from "./log-files.js";

/** A call whose outcome is not known, and when it was under way. */
export interface UnknownCall {
  readonly stretch: Stretch;
  /** Which of its key's calls is the latest one; `null` where the ledger does not say. */
  readonly claim: string | null;
  /** Where it was sent, hashed. */
  readonly target: string;
}

interface UnknownCalls {
  readonly calls: Map<string, UnknownCall>;
  /** Calls without an outcome that may still be under way, here or in another process. */
  readonly underWay: number;
}

/**
 * The calls of a ledger that are to be looked for: those that ended without an answer, and those that were begun so long
 * ago that nobody can be at them. Calls that a batch job took are not among them.
 */
export const unknownCalls = async (
  entries: AsyncIterable<Entry>,
  { deadlineMs, now, mayBeAt }: Times,
): Promise<UnknownCalls> => {
  const calls = new Map<string, UnknownCall>();
  let underWay = 0;
  for await (const entry of entries) {
    const { key, state, at } = entry;
    if ((state !== "unknown" && state !== "intent") || "job" in entry) continue;
    const over = at + deadlineMs + spareMs;
    if (state === "intent" && over > now && mayBeAt(key)) underWay++;
    else
      calls.set(key, {
        claim: entry.claim ?? null,
        target: entry.target,
        // An intent is written before the call, that it ended without an answer after it.
        stretch:
          state === "intent"
            ? { from: at - spareMs, to: over }
            : { from: at - deadlineMs - spareMs, to: at + spareMs },
      });
  }
  return { calls, underWay };
};

interface Times {
  readonly deadlineMs: number;
  readonly now: number;
  /** Whether somebody may be at a call that was begun lately. */
  readonly mayBeAt: (key: string) => boolean;
}

/** Between an intent and the end of its call there is more than the call, and clocks differ. */
const spareMs = 5 * 60_000;
