import type { Ceilings } from "../../src/connection/connection.js";
import type { Outcome } from "../../src/core/outcome.js";
import type { Plan } from "../../src/enrich/plan.js";
import { type Rendered, renderRequest } from "../../src/enrich/request.js";
import type { Summary } from "../../src/enrich/summary.js";
import { costOf } from "../../src/models/prices/rates.js";
import type { Entry } from "../../src/run/ledger/entry.js";
import type { Call, Counts } from "./bedrock.js";
import type { Life } from "./life.js";
import type { Ending } from "./network.js";
import type { Row } from "./scenario.js";

/** What is known of one request, whoever sends it. */
interface Ask {
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
  /** Whether it may be that it was sent and nobody knows what came of it. */
  mayBeHeld: boolean;
}

/** What counts against the ceilings. */
interface Taken {
  readonly rows: number;
  readonly tokens: number;
  readonly usd: number;
}

/** A run of a host, as the service and the host's rows see it. */
interface Run {
  readonly ceilings: Ceilings;
  /** What its calls were billed. */
  billed: Taken;
  /** What they have taken for all that is known on their side of the wire. */
  known: Taken;
  /** The input tokens that its answers told of. */
  told: number;
  /** The answers that have come and that no row has been handed over with. */
  readonly answers: Map<Ask, Call>;
  /** A row that it handed over as being over a ceiling. */
  isFull: boolean;
}

/** Watches what happens, and says of the first thing that must not. */
export interface Judge {
  broken: string | null;
  /** A process is about to hand these rows over, as a run of this name. */
  offered(life: Life, run: string, rows: readonly Row[], ceilings: Ceilings): void;
  billed(call: Call): void;
  ended(ending: Ending): void;
  /** The ledger has told a process of an entry, and so on. */
  found(entry: Entry): void;
  writes(life: Life, entry: Entry): void;
  wrote(life: Life, entry: Entry): void;
  couldNotWrite(life: Life, entry: Entry): void;
  died(life: Life): void;
  /** The disk has lost something that it had said it keeps. */
  rotted(): void;
  handedOver(life: Life, row: Row, outcome: Outcome): void;
  summed(life: Life, summary: Summary): void;
  /** The last process of all has handed a row over. */
  recovered(row: Row, outcome: Outcome): void;
}

/** Whether the service says by its status that a call cost nothing. */
const saysFree = (status: number): boolean =>
  (status < 500 && status !== 408 && status !== 424) || status === 503 || status === 529;

const nothing: Taken = { rows: 0, tokens: 0, usd: 0 };
const sum = (one: Taken, other: Taken): Taken => ({
  rows: one.rows + other.rows,
  tokens: one.tokens + other.tokens,
  usd: one.usd + other.usd,
});

export const createJudge = (plan: Plan): Judge => {
  const { onUnknown } = plan.connection;
  const asks = new Map<string, Ask>();
  const byKey = new Map<string, Ask>();
  const runs = new Map<string, Run>();
  const current = new Map<Life, Run>();
  let isRotten = false;

  const askOf = (row: Row): Ask => {
    const { key, body, bodyBytes, maxTokens } = renderRequest(row, plan) as Exclude<
      Rendered,
      Error | "blank"
    >;
    const known = asks.get(body);
    if (known) return known;
    const counts = { input: bodyBytes + 64, output: maxTokens ?? 0, cacheRead: 0 };
    const most = takenBy(counts);
    const ask = { key, most, offers: 0, billed: [], intents: new Map(), kept: null, mayBeHeld: false };
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
  const runOf = (life: Life): Run => current.get(life) as Run;

  const broken = (law: string): void => {
    judge.broken ??= law;
  };

  const isOver = ({ rows, tokens, usd }: Taken, { ceilings }: Run): boolean =>
    rows > (ceilings.rows ?? Number.POSITIVE_INFINITY) ||
    tokens > (ceilings.tokens ?? Number.POSITIVE_INFINITY) ||
    // Sums of small prices fall short of whole numbers.
    usd > (ceilings.usd ?? Number.POSITIVE_INFINITY) + 1e-9;

  /** A call's tokens in a row, as the service told them. */
  const toldBy = ({ told, counts }: Call): number | null => (told ? counts.input : null);

  const judge: Judge = {
    broken: null,
    offered(life, name, rows, ceilings) {
      const run = runs.get(name) ?? {
        ...{ ceilings, billed: nothing, known: nothing, told: 0, answers: new Map(), isFull: false },
      };
      runs.set(name, run);
      current.set(life, run);
      for (const ask of new Set(rows.map(askOf))) ask.offers++;
    },
    billed(call) {
      const ask = found(call.body);
      const run = runOf(call.life);
      // One that was under way when its process died is nobody's any more.
      if (!call.life.isOver) {
        if (ask.kept !== null && !isRotten) broken("a row is sent again whose answer was kept");
        if (ask.intents.get(call.life) !== "written") broken("a call is made before the ledger knows of it");
      }
      if (!call.billed) return;
      ask.billed.push(call);
      if (ask.billed.length > (onUnknown === "retry" ? ask.offers : 1)) broken("a row is paid for twice");
      run.billed = sum(run.billed, takenBy(call.counts));
      if (isOver(run.billed, run)) broken("a ceiling is passed");
    },
    ended({ life, body, answer, call, sent }) {
      const ask = found(body);
      const run = runOf(life);
      const status = answer?.status;
      if (status === 200 && call) {
        run.answers.set(ask, call);
        run.told += toldBy(call) ?? 0;
        run.known = sum(run.known, call.told ? takenBy(call.counts) : ask.most);
      } else if (sent && !(status !== undefined && saysFree(status))) run.known = sum(run.known, ask.most);
    },
    found(entry) {
      const ask = byKey.get(entry.key);
      if (ask && entry.state === "received") ask.kept = entry.response;
    },
    writes(life, { state, key }) {
      if (state === "intent") byKey.get(key)?.intents.set(life, "writing");
    },
    wrote(life, entry) {
      const ask = byKey.get(entry.key);
      if (!ask) return;
      if (entry.state === "intent") ask.intents.set(life, "written");
      else ask.intents.delete(life);
      if (entry.state === "received") ask.kept = entry.response;
      if (entry.state === "unknown") ask.mayBeHeld = true;
    },
    couldNotWrite(_, { key }) {
      const ask = byKey.get(key);
      if (ask) ask.mayBeHeld = true;
    },
    died(life) {
      for (const ask of asks.values()) if (ask.intents.delete(life)) ask.mayBeHeld = true;
    },
    rotted() {
      isRotten = true;
      for (const ask of asks.values()) ask.mayBeHeld = true;
    },
    handedOver(life, row, outcome) {
      const { record, columns, trace } = outcome;
      const ask = askOf(row);
      const run = runOf(life);
      if ((record as Row).id !== row.id) broken("rows come out in another order");
      const call = trace.attempts > 0 ? run.answers.get(ask) : undefined;
      if (trace.attempts > 0) run.answers.delete(ask);
      if (trace.status === "enriched") {
        if (!ask.billed.some(({ text }) => text === columns.completion))
          broken("a row has what the model did not say");
        if (trace.attempts > 0 && (!call || trace.input_tokens !== toldBy(call)))
          broken("a row tells other tokens than the service counted");
      }
      if (call && ask.kept === null && !ask.mayBeHeld) broken("an answer is handed over before it is kept");
      if (trace.error?.code === "outcome_unknown") {
        if (ask.kept !== null && !isRotten) broken("an answer that was kept is forgotten");
        if (!ask.mayBeHeld && !isRotten) broken("a row is held for no reason");
      }
      if (trace.error?.code === "budget_reached" && !run.isFull) {
        run.isFull = true;
        if (![...asks.values()].some(({ most }) => isOver(sum(run.known, most), run)))
          broken("a run ends for a ceiling that has room");
      }
    },
    summed(life, summary) {
      const run = runOf(life);
      if (summary.input_tokens !== run.told) broken("the rows' tokens are not the service's");
      run.told = 0;
    },
    recovered(row, { trace }) {
      const ask = askOf(row);
      if (trace.status !== "enriched" && trace.error?.code !== "outcome_unknown" && ask.kept === null)
        broken(`a row has no fate: ${trace.status}, ${trace.error?.code}`);
    },
  };
  return judge;
};
