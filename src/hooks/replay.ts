import type { ConnectorError } from "../core/errors.js";
import { type JsonObject, tryParseJson } from "../core/json.js";
import type { Outcome } from "../core/outcome.js";
import { complete } from "../enrich/enrich.js";
import { drive, type RunOptions, readAhead } from "../enrich/enrich-rows.js";
import { requestOf } from "../enrich/request.js";
import type { Session } from "../enrich/session.js";
import type { Summary } from "../enrich/summary.js";
import { withLedger } from "../enrich/with-ledger.js";
import type { Entry } from "../run/ledger/entry.js";
import type { SharedLedger } from "../run/ledger/shared-ledger.js";

interface Replayed {
  readonly summary: Summary;
  /** Calls of other models, places or guardrails, which are left alone. */
  readonly leftAlone: number;
}

/** Sends again what a ledger holds of this connection as refused or of unknown outcome. */
export const replayLedger = (
  session: Session | ConnectorError,
  options: RunOptions | null | undefined,
): Promise<Replayed | ConnectorError> =>
  withLedger(session, (opened, ledger) => sendAgain(opened, ledger, options));

const sendAgain = async (
  session: Session,
  ledger: SharedLedger,
  options: RunOptions | null | undefined,
): Promise<Replayed> => {
  const { plan } = session;
  const { run, invoke } = session.replayRun();
  let leftAlone = 0;
  async function* unanswered(): AsyncGenerator<Unanswered> {
    for await (const entry of ledger.entries()) {
      if (entry.state === "received") continue;
      if (entry.target === plan.routeKey) yield entry;
      else leftAlone++;
    }
  }
  const send = (entry: Unanswered, stop: AbortSignal): Promise<Outcome> => {
    const { key, model: modelId, body } = entry;
    const request = requestOf(plan, { key, modelId, body }, (tryParseJson(body) ?? {}) as JsonObject);
    // An entry is one call: one that does not fit the schema is not asked for again.
    return complete({}, request, { ...plan, mostCalls: 1 }, invoke, stop);
  };
  const outcomes = drive(unanswered(), send, options, {
    run,
    width: readAhead(session),
    wantsRows: session.wantsRows,
  });
  let step = await outcomes.next();
  while (!step.done) step = await outcomes.next();
  return { summary: step.value, leftAlone };
};

type Unanswered = Exclude<Entry, { state: "received" }>;
