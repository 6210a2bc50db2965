import type { Ceilings } from "../../src/connection/connection.js";
import type { ConnectorError } from "../../src/core/errors.js";
import type { Outcome, Trace } from "../../src/core/outcome.js";
import type { Plan } from "../../src/enrich/plan.js";
import { type Rendered, renderRequest } from "../../src/enrich/request.js";
import type { Summary } from "../../src/enrich/summary.js";
import { costOf } from "../../src/models/prices/rates.js";
import type { Entry } from "../../src/run/ledger/entry.js";
import type { Call, Counts } from "./bedrock.js";
import type { Life } from "./life.js";
import type { Ending } from "./network.js";
import { type Row, rowIn } from "./scenario.js";

/** What is known of one request, whoever sends it. */
interface Ask {
  readonly name: string;
  readonly key: string;
  /** What it may take at most. */
  readonly most: Taken;
  /** How often a host has handed a row over that becomes it. */
  offers: number;
  /** The calls that it was billed for. */
  readonly billed: Call[];
  /** Processes that write that they send it, or have, and not yet what came of it. */
  readonly intents: Map<Life, "writing" | "written">;
  /** The answer that the ledger has said it keeps. */
  kept: string | null;
  /** The answer that a process has still to record, or to name. */
  owed: { readonly life: Life; readonly response: string } | null;
  /** Whether it may be that it was sent and nobody knows what came of it. */
  mayBeHeld: boolean;
}

/** What counts against the ceilings. */
interface Taken {
  readonly rows: number;
  readonly tokens: number;
  readonly usd: number;
}

/** A run of a host, which several processes may share. */
interface Run {
  readonly ceilings: Ceilings;
  /** What its calls were billed. */
  billed: Taken;
  /** What they have taken for all that is known on their side of the wire. */
  known: Taken;
  /** Whether it has said that it has reached a ceiling. */
  isFull: boolean;
}

/** The rows of one call of a host. */
interface Batch {
  readonly run: Run;
  /** The input tokens that its answers told of. */
  told: number;
  /** The answers that have come and that no row has been handed over with. */
  readonly answers: Map<Ask, Call>;
  /** Rows that it has taken and that have not come out. */
  rows: number;
  readonly since: number;
  /** When something last came of a row. */
  wentOnAt: number;
}

/** Watches what happens, and says of the first thing that must not. */
export interface Judge {
  broken: string | null;
  /** The row that it was broken with, by its text. */
  about: string | null;
  /** Whether the disk has lost something that it had said it keeps. */
  isRotten: boolean;
  /** Something is against a law. */
  breaks(law: string): void;
  /** A process is about to hand these rows over, as a run of this name. */
  offered(life: Life, run: string, rows: readonly Row[], ceilings: Ceilings): void;
  billed(call: Call): void;
  ended(ending: Ending): void;
  /** The ledger has told a process of an entry, and so on. */
  found(entry: Entry): void;
  writes(life: Life, entry: Entry): void;
  wrote(life: Life, entry: Entry): void;
  couldNotWrite(life: Life, entry: Entry, error: Error): void;
  /** The process has said that an outcome is not recorded. */
  named(life: Life): void;
  died(life: Life): void;
  /** The process has closed its ledger and ends. */
  closed(life: Life): void;
  /** Of the runs that share an id one has begun anew, since it was quiet for long. */
  renewed(): void;
  /** All goes well from here on, and whatever is handed over is the last word. */
  recovers(): void;
  /** A process has taken a row from its host. */
  took(life: Life): void;
  handedOver(life: Life, row: Row, outcome: Outcome): void;
  /** What a process has at this moment beside its rows; looked at after every step. */
  holds(life: Life, openFiles: number): void;
  summed(life: Life, summary: Summary): void;
}

/** Rows that are taken up ahead at the default settings, of which none of a world is more patient. */
const mostRows = 1_500;
const mostOpenFiles = 3;
/** A run that was quiet for so long may be over. */
const quietMs = 9 * 60_000;
const mostTimers = (rows: number): number => 3 * rows + 20;
/** A quota that was learned of few calls, a lease and a dead worker's calls are waited for, and all of that is over by then. */
const mostIdleMs = 20 * 60_000;

/** Whether the service says by its status that a call cost nothing. */
const saysFree = (status: number): boolean =>
  (status < 500 && status !== 408 && status !== 424) || status === 503 || status === 529;

const nothing: Taken = { rows: 0, tokens: 0, usd: 0 };
const sum = (one: Taken, other: Taken): Taken => ({
  rows: one.rows + other.rows,
  tokens: one.tokens + other.tokens,
  usd: one.usd + other.usd,
});

export const createJudge = (
  plan: Plan,
  ledger: "file" | "postgres",
  isExact: boolean,
  now: () => number,
): Judge => {
  const { onUnknown } = plan.connection;
  const asks = new Map<string, Ask>();
  const byRow = new Map<Row, Ask>();
  const byKey = new Map<string, Ask>();
  const runs = new Map<string, Run>();
  const batches = new Map<Life, Batch>();
  let isRecovery = false;

  const askOf = (row: Row): Ask => {
    const ask = byRow.get(row) ?? askedBy(row);
    byRow.set(row, ask);
    return ask;
  };
  const askedBy = (row: Row): Ask => {
    const { key, body, bodyBytes, maxTokens } = renderRequest(row, plan) as Exclude<
      Rendered,
      Error | "blank"
    >;
    const known = asks.get(body);
    if (known) return known;
    const counts = { input: bodyBytes + 64, output: maxTokens ?? 0, cacheRead: 0 };
    const most = takenBy(counts);
    const ask = {
      name: rowIn(row.text),
      key,
      most,
      offers: 0,
      billed: [],
      intents: new Map(),
      kept: null,
      owed: null,
      mayBeHeld: false,
    };
    asks.set(body, ask);
    byKey.set(key, ask);
    return ask;
  };
  const takenBy = (counts: Counts): Taken => ({
    rows: 1,
    tokens: counts.input + counts.output + counts.cacheRead,
    usd: costOf(plan.price, counts) ?? Number.NaN,
  });
  const found = (body: string): Ask => asks.get(body) as Ask;
  const batchOf = (life: Life): Batch => batches.get(life) as Batch;

  const broken = (law: string, ask?: Ask): void => {
    if (judge.broken !== null) return;
    judge.broken = law;
    judge.about = ask?.name ?? null;
  };

  const isOver = ({ rows, tokens, usd }: Taken, { ceilings }: Run): boolean =>
    rows > (ceilings.rows ?? Number.POSITIVE_INFINITY) ||
    tokens > (ceilings.tokens ?? Number.POSITIVE_INFINITY) ||
    // Sums of small prices fall short of whole numbers.
    usd > (ceilings.usd ?? Number.POSITIVE_INFINITY) + 1e-9;

  /** A call's tokens of input, as the service told them. */
  const toldBy = ({ told, counts }: Call): number | null => (told ? counts.input : null);
  const tells = ({ input_tokens, output_tokens, usage }: Trace, call: Call): boolean =>
    input_tokens === toldBy(call) &&
    output_tokens === (call.told ? call.counts.output : null) &&
    (usage?.cache_read_tokens ?? 0) === (call.told ? call.counts.cacheRead : 0);

  const judge: Judge = {
    ...{ broken: null, about: null, isRotten: false, breaks: broken },
    offered(life, name, rows, ceilings) {
      const run = runs.get(name) ?? { ceilings, billed: nothing, known: nothing, isFull: false };
      runs.set(name, run);
      batches.set(life, { run, told: 0, answers: new Map(), rows: 0, since: now(), wentOnAt: now() });
      for (const ask of new Set(rows.map(askOf))) ask.offers++;
    },
    billed(call) {
      const ask = found(call.body);
      const batch = batchOf(call.life);
      const { run } = batch;
      batch.wentOnAt = now();
      // One that was under way when its process died is nobody's any more.
      if (!call.life.isOver) {
        if (ask.kept !== null && !judge.isRotten) broken("a row is sent again whose answer was kept", ask);
        if (ask.intents.get(call.life) !== "written")
          broken("a call is made before the ledger knows of it", ask);
      }
      if (!call.billed) return;
      ask.billed.push(call);
      if (ask.billed.length > (onUnknown === "retry" ? ask.offers : 1))
        broken("a row is paid for twice", ask);
      run.billed = sum(run.billed, takenBy(call.counts));
      if (isOver(run.billed, run)) broken("a ceiling is passed");
    },
    ended({ life, body, answer, call, sent }) {
      const ask = found(body);
      const batch = batchOf(life);
      const { run } = batch;
      batch.wentOnAt = now();
      const status = answer?.status;
      if (status === 200 && call) {
        batch.answers.set(ask, call);
        batch.told += toldBy(call) ?? 0;
        run.known = sum(run.known, call.told ? takenBy(call.counts) : ask.most);
      } else if (sent && !(status !== undefined && saysFree(status))) run.known = sum(run.known, ask.most);
    },
    found(entry) {
      const ask = byKey.get(entry.key);
      if (ask && entry.state === "received") ask.kept = entry.response;
    },
    writes(life, { state, key }) {
      const ask = byKey.get(key);
      if (state === "intent") ask?.intents.set(life, "writing");
      // Another process may find it before this one is told that it is there.
      if (state === "unknown" && ask) ask.mayBeHeld = true;
    },
    wrote(life, entry) {
      const ask = byKey.get(entry.key);
      if (!ask) return;
      if (entry.state === "intent") ask.intents.set(life, "written");
      else ask.intents.delete(life);
      if (entry.state === "received") ask.kept = entry.response;
    },
    couldNotWrite(life, entry, error) {
      const ask = byKey.get(entry.key);
      if (!ask) return;
      // Another process was faster, so nothing is there of this one.
      if ((error as ConnectorError).code === "claimed_elsewhere") ask.intents.delete(life);
      else ask.mayBeHeld = true;
      if (ledger === "postgres" && entry.state === "received") ask.owed = { life, response: entry.response };
    },
    named(life) {
      for (const ask of asks.values()) if (ask.owed?.life === life) ask.owed = null;
    },
    closed(life) {
      for (const ask of asks.values())
        if (ask.owed?.life === life) {
          ask.kept = ask.owed.response;
          ask.owed = null;
        }
    },
    died(life) {
      for (const ask of asks.values()) if (ask.intents.delete(life)) ask.mayBeHeld = true;
      judge.named(life);
    },
    renewed() {
      const run = runs.get("sync");
      for (const [life, { run: own, rows, since }] of batches)
        if (!life.isOver && own === run && rows > 0 && now() - since > quietMs)
          broken("a run begins anew while it waits");
      if (run) run.billed = nothing;
    },
    recovers() {
      isRecovery = true;
    },
    took(life) {
      if (++batchOf(life).rows > mostRows) broken("more rows are held than memory should");
    },
    holds(life, openFiles) {
      const { rows = 0, wentOnAt = now() } = batches.get(life) ?? {};
      if (now() - wentOnAt > mostIdleMs && rows > 0) broken("rows wait though something could go on");
      if (life.timers > mostTimers(rows)) broken("a process has more timers than its rows need");
      if (openFiles > mostOpenFiles) broken("a process forgets to close files");
    },
    handedOver(life, row, outcome) {
      const { record, columns, trace } = outcome;
      const ask = askOf(row);
      const batch = batchOf(life);
      const { run, answers } = batch;
      batch.rows--;
      batch.wentOnAt = now();
      if ((record as Row).id !== row.id) broken("rows come out in another order");
      const call = trace.attempts > 0 ? answers.get(ask) : undefined;
      if (trace.attempts > 0) answers.delete(ask);
      if (trace.status === "enriched") {
        if (!ask.billed.some(({ text }) => text === columns.completion))
          broken("a row has what the model did not say", ask);
        if (trace.attempts > 0 && (!call || !tells(trace, call)))
          broken("a row tells other tokens than the service counted", ask);
      }
      if (call && ask.kept === null && !ask.mayBeHeld)
        broken("an answer is handed over before it is kept", ask);
      const code = trace.error?.code;
      if (code === "claimed_elsewhere" || code === "unexpected_error")
        broken(`a row comes out as ${code}`, ask);
      const isUsed = [...batches].some(([other, { rows }]) => other !== life && !other.isOver && rows > 0);
      if (code === "ledger_locked" && !isUsed) broken("a ledger is not given back that nobody uses", ask);
      if (trace.error?.code === "outcome_unknown") {
        if (ask.kept !== null && !judge.isRotten) broken("an answer that was kept is forgotten", ask);
        if (!ask.mayBeHeld && !judge.isRotten) broken("a row is held for no reason", ask);
      }
      if (trace.error?.code === "budget_reached" && !run.isFull) {
        run.isFull = true;
        // What a dead worker had set aside, or one without an answer, stays so.
        if (!isExact) return;
        if (![...asks.values()].some(({ most }) => isOver(sum(run.known, most), run)))
          broken("a run ends for a ceiling that has room");
      }
      const hasFate =
        trace.status === "enriched" || trace.error?.code === "outcome_unknown" || ask.kept !== null;
      if (isRecovery && !hasFate) broken(`a row has no fate: ${trace.status}, ${trace.error?.code}`, ask);
    },
    summed(life, summary) {
      if (summary.input_tokens !== batchOf(life).told) broken("the rows' tokens are not the service's");
    },
  };
  return judge;
};
