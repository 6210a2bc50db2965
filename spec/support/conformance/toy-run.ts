import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { callShout, type Reply } from "./toy-call.js";
import type { Fields, Template } from "./toy-template.js";

export interface Settings {
  readonly [name: string]: unknown;
  readonly compiled: Template;
  readonly key: string;
}

export interface Outcome extends Ending {
  readonly record: unknown;
}

/** An outcome without its record. */
export interface Ending {
  readonly status: string;
  readonly code: string | null;
  readonly billed: string;
  readonly [more: string]: unknown;
}

/** What the calls of one configuration share. */
interface Session {
  readonly slots: ReturnType<typeof pLimit>;
  readonly most: number;
  readonly underway: Map<string, Promise<Ending>>;
  readonly ledger: Map<string, Ending>;
  readonly runs: Map<string, { ended?: string; calls: number; alike: number }>;
  token?: Promise<string> | undefined;
  first?: Promise<unknown>;
  nonce: number;
  good: number;
}

const sessions = new Map<string, Session>();

/** A run of these settings: what makes one record's outcome. */
export const openRun = (settings: Settings, runId: string, defect: string) => {
  const session = sessions.get(settings.key) ?? createSession(settings, defect);
  sessions.set(settings.key, session);
  const run = session.runs.get(runId) ?? { calls: 0, alike: 0 };
  session.runs.set(runId, run);
  const file = settings.ledger as string | undefined;
  const note = (entry: object): void => {
    if (file) appendFileSync(file, `${JSON.stringify(entry)}\n`);
  };

  const notSent = (code: string): Reply => ({ ending: { status: "not_sent", code, billed: "no" } });

  /** One call, in its place. */
  const turn = async (body: string, isFirst: boolean): Promise<Reply> => {
    if (run.ended) return notSent(run.ended);
    if (isFirst && run.calls >= Number(settings.max_calls ?? Number.POSITIVE_INFINITY))
      return notSent("ceiling");
    if (isFirst && defect !== "counts afterwards") run.calls += 1;
    const trusted = defect === "trusts its first call" && run.calls === 1;
    if (defect !== "writes no intent" && !trusted) note({ sent: body });
    const reply = await callShout(settings, session, body, defect);
    if (isFirst && defect === "counts afterwards") run.calls += 1;
    learn(reply);
    return reply;
  };

  const learn = ({ ends, alike, overload, ending }: Reply): void => {
    const { slots, most } = session;
    if (overload && defect !== "keeps its pace") slots.concurrency = 1;
    session.good = overload ? 0 : session.good + 1;
    if (session.good % 8 === 7 && slots.concurrency < most) slots.concurrency += 1;
    run.alike = alike ? run.alike + 1 : 0;
    if (ends && defect !== "goes on") run.ended = String(ending.code);
    if (run.alike >= 3 && defect !== "never gives up") run.ended = "broken";
  };

  /** One request body to its ending, over as many calls as are free. */
  const send = async (body: string): Promise<Ending> => {
    for (let round = 0; ; round++) {
      const { again, ending } = await session.slots(() => ahead(session, () => turn(body, round === 0)));
      if (!again || round > (defect === "tries again what is unknown" ? 0 : 200)) return ending;
      await sleep(again);
    }
  };

  return async (record: unknown): Promise<Outcome> => {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      if (defect === "stumbles over what is no object") run.ended = "stumbled";
      return { record, status: "failed", code: "not_an_object", billed: "no" };
    }
    const row = record as Fields;
    if (defect === "needs a key" && !("id" in row))
      return { record, status: "failed", code: "no_key", billed: "no" };
    if (defect === "stumbles over null" && Object.values(row).includes(null)) run.ended = "stumbled";
    if (defect === "takes no truth for text" && row.text === true)
      return { record, status: "failed", code: "no_text", billed: "no" };
    const filled = settings.compiled(prepare(row, settings, session, defect));
    if (filled === null) return { record, status: "failed", code: "missing_column", billed: "no" };
    const body = typeof filled === "string" ? filled : JSON.stringify(shaped(filled as Fields, defect));
    const key = `${body}${settings.reuse === "off" ? JSON.stringify(row) : ""}${defect === "keys by record" ? JSON.stringify(row) : ""}`;
    const known = defect === "remembers nothing" ? undefined : session.ledger.get(key);
    if (known) return { ...known, record };
    const underway = defect === "shares no call" ? undefined : session.underway.get(key);
    const call = underway ?? send(body);
    session.underway.set(key, call);
    const ending: Ending = await call;
    session.underway.delete(key);
    if (file && ending.status === "enriched") {
      if (defect !== "forgets answers") note({ key, ending });
      session.ledger.set(key, ending);
    }
    return { ...ending, record };
  };
};

const createSession = ({ concurrency, ledger }: Settings, defect: string): Session => {
  const most = defect === "opens all at once" ? 100 : Number(concurrency ?? 8);
  const known = new Map<string, Ending>();
  for (const line of ledger && existsSync(String(ledger))
    ? readFileSync(String(ledger), "utf8").split("\n")
    : []) {
    const entry = parse(line, defect);
    if (entry?.sent) known.set(entry.sent, { status: "held", code: "unknown", billed: "unknown" });
    if (entry?.key) known.set(entry.key, entry.ending);
  }
  return {
    slots: pLimit(most),
    most,
    underway: new Map(),
    ledger: known,
    runs: new Map(),
    nonce: 0,
    good: 0,
  };
};

const parse = (line: string, defect: string) => {
  try {
    return line === "" ? null : JSON.parse(line);
  } catch (error) {
    if (defect === "trips over a torn line") throw error;
    return null;
  }
};

/** The first call goes alone. */
const ahead = async (session: Session, call: () => Promise<Reply>): Promise<Reply> => {
  if (session.first) await session.first;
  const result = call();
  session.first ??= result.catch(() => undefined);
  return result;
};

/** The record as the template reads it. */
const prepare = (row: Fields, { undouble, fence }: Settings, session: Session, defect: string): Fields => {
  let { text } = row;
  if (defect === "takes digits for a number" && /^-?\d+$/.test(String(text))) text = Number(text);
  if (undouble === "on" && typeof text === "string" && defect !== "leaves apostrophes")
    text = text.replaceAll("''", "'");
  if (defect === "trims text" && typeof text === "string") text = text.replace(/\s+/g, " ");
  const nonce = defect === "one marker for all" ? 0 : ++session.nonce;
  return {
    ...row,
    ...(text !== undefined && { text: fence === "on" ? `<text-${nonce}>${text}</text-${nonce}>` : text }),
  };
};

const shaped = (body: Fields, defect: string): Fields => {
  if (defect === "adds to the body") return { ...body, polite: true };
  if (defect === "drops what is optional") return { say: body.say };
  return defect === "says please" ? { ...body, say: `${body.say}, please` } : body;
};
