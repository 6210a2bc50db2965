import { type Invoke, isFailed } from "../../core/invoke.js";
import type { Outcome } from "../../core/outcome.js";
import { complete } from "../../enrich/enrich.js";
import { drive, readAhead } from "../../enrich/enrich-rows.js";
import type { RunDoor, Session } from "../../enrich/session.js";
import type { Ahead } from "../../run/record-and-reuse.js";
import { createKeySet, type KeySet } from "./key-set.js";
import { callOf, type RowCall } from "./row-call.js";

/** Calls that are made while jobs are waited for. */
export interface CallAhead {
  /** Calls those of some rows that have not been called. Resolves when all have ended. */
  go(rows: AsyncIterable<unknown>): Promise<void>;
  /** Makes no more. */
  leave(): void;
  /** How many were begun, and have ended. */
  taken(): number;
  done(): number;
  /** What came of a call. */
  readonly told: Ahead;
  /** Why the run is over for others, where that holds for all. */
  door(): Pick<RunDoor, "ended">;
}

interface Way {
  readonly stop: AbortSignal;
  readonly run: string | undefined;
  /** What the calls share with the run that they are of. */
  readonly door: () => RunDoor;
}

/** Calls the requests of some keys, which no job takes, as a run of its own does that begins at once. */
export const callAhead = (session: Session, keys: KeySet, way: Way): CallAhead => {
  const { plan } = session;
  let own: ReturnType<Session["run"]> | undefined;
  const taken = createKeySet();
  /** Calls that ended in an answer at the first attempt; and all the others. */
  const plain = createKeySet();
  const others = new Map<string, NonNullable<ReturnType<Ahead>>>();
  const asked = createKeySet();
  const enough = new AbortController();
  let done = 0;

  const keepWith =
    (invoke: Invoke): Invoke =>
    async (request, signal) => {
      const result = await invoke(request, signal);
      const { key } = request;
      const { attempts, rejections = {} } = result;
      // One that was to be left is called when its row comes, but where it may be paid for.
      const isLeft = enough.signal.aborted && isFailed(result) && result.error.billed === "no";
      if (attempts === 0 || isLeft) return result;
      if (isFailed(result) || result.isUnkept) others.set(key, result);
      else if (attempts === 1 && Object.keys(rejections).length === 0) plain.add(key);
      else others.set(key, { attempts, rejections });
      if (others.size >= mostOthers) enough.abort();
      return result;
    };
  /** No row is yielded itself, which would await one with a column called `then`. */
  async function* calls(rows: AsyncIterable<unknown>, halt: AbortSignal): AsyncGenerator<RowCall> {
    for await (const row of rows) {
      if (halt.aborted || own?.run.ended()) return;
      const call = callOf(row, plan);
      if (call && keys.has(call.request.key) && taken.add(call.request.key)) yield call;
    }
  }
  return {
    async go(rows) {
      own ??= session.run(way.run, way.door());
      const { run, invoke } = own;
      const keep = keepWith(invoke);
      const signal = AbortSignal.any([way.stop, enough.signal]);
      const work = async ({ record, request }: RowCall, halt: AbortSignal): Promise<Outcome> => {
        const outcome = await complete(record, request, plan, keep, halt);
        done++;
        return outcome;
      };
      const driving = { run, width: readAhead(session), wantsRows: session.wantsRows };
      for await (const _ of drive(calls(rows, signal), work, { signal }, driving));
    },
    leave: () => enough.abort(),
    taken: taken.size,
    done: () => done,
    told(key) {
      const other = others.get(key);
      if (!other && !plain.has(key)) return null;
      if (!asked.add(key)) return { ...other, attempts: 0, rejections: {} };
      return other ?? { attempts: 1, rejections: {} };
    },
    door() {
      const ended = own?.run.ended();
      // What a ceiling has kept from them may have come free.
      return ended && ended.code !== "budget_reached" ? { ended } : {};
    },
  };
};

/** What is kept of calls stays small: where so many fail, the rest is called when its rows come. */
const mostOthers = 10_000;
