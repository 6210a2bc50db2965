import { drive, type RunOptions, readAhead } from "./driver.js";
import { complete } from "./enrich.js";
import { ConnectorError } from "./errors.js";
import { type JsonObject, tryParseJson } from "./json.js";
import type { Entry } from "./ledger/entry.js";
import type { Ledger } from "./ledger/ledger.js";
import type { Outcome } from "./outcome.js";
import { maxTokensOf } from "./request.js";
import type { Session } from "./session.js";
import type { Summary } from "./summary.js";

/** Sends again what a ledger holds as refused or of unknown outcome, and returns the run's summary. */
export const replayLedger = async (
  session: Session | ConnectorError,
  options: RunOptions | null | undefined,
): Promise<Summary | ConnectorError> => {
  if (session instanceof ConnectorError) return session;
  const { job, ledger } = session;
  if (!ledger) return new ConnectorError("ledger_unusable", "The configuration names no ledger.");
  const { run, invoke } = session.replayRun();
  const send = ({ key, model: modelId, body }: Unanswered, stop: AbortSignal): Promise<Outcome> => {
    const maxTokens = maxTokensOf((tryParseJson(body) ?? {}) as JsonObject, job.family);
    return complete({}, { key, modelId, body, maxTokens }, job, invoke, stop);
  };
  const outcomes = drive(unanswered(ledger), send, options, { run, width: readAhead(session) });
  let step = await outcomes.next();
  while (!step.done) step = await outcomes.next();
  return step.value;
};

type Unanswered = Exclude<Entry, { state: "received" }>;

async function* unanswered(ledger: Ledger): AsyncGenerator<Unanswered> {
  // A damaged entry has lost its request.
  for await (const entry of ledger.entries())
    if (entry.state !== "received" && entry.body !== "") yield entry;
}
