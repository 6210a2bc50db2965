import { drive, type RunOptions, readAhead } from "./driver.js";
import { complete } from "./enrich.js";
import { ConnectorError } from "./errors.js";
import { type JsonObject, textBytes, tryParseJson } from "./json.js";
import type { Entry } from "./ledger/entry.js";
import type { Outcome } from "./outcome.js";
import { maxTokensOf } from "./request.js";
import type { Session } from "./session.js";
import type { Summary } from "./summary.js";

export interface Replayed {
  readonly summary: Summary;
  /** Calls of other models, places or guardrails, which are left alone. */
  readonly skipped: number;
}

/** Sends again what a ledger holds of this connection as refused or of unknown outcome. */
export const replayLedger = async (
  session: Session | ConnectorError,
  options: RunOptions | null | undefined,
): Promise<Replayed | ConnectorError> => {
  if (session instanceof ConnectorError) return session;
  const { job, ledger } = session;
  const { target } = job;
  if (!ledger) return new ConnectorError("ledger_unusable", "The configuration names no ledger.");
  const { run, invoke } = session.replayRun();
  let skipped = 0;
  async function* unanswered(): AsyncGenerator<Unanswered> {
    for await (const entry of ledger?.entries() ?? []) {
      if (entry.state === "received") continue;
      if (entry.target === target) yield entry;
      else skipped++;
    }
  }
  const send = ({ key, model: modelId, body }: Unanswered, stop: AbortSignal): Promise<Outcome> => {
    const parsed = (tryParseJson(body) ?? {}) as JsonObject;
    const maxTokens = maxTokensOf(parsed, job.family);
    const request = { key, modelId, target, body, textBytes: textBytes(parsed), maxTokens };
    return complete({}, request, job, invoke, stop);
  };
  const outcomes = drive(unanswered(), send, options, { run, width: readAhead(session) });
  let step = await outcomes.next();
  while (!step.done) step = await outcomes.next();
  return { summary: step.value, skipped };
};

type Unanswered = Exclude<Entry, { state: "received" }>;
