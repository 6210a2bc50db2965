import { hash } from "node:crypto";
import { ConnectorError } from "../core/errors.js";
import { type Invoke, type InvokeRequest, unsent } from "../core/invoke.js";
import type { Outcome } from "../core/outcome.js";
import { enrich } from "../enrich/enrich.js";
import { copyRow } from "../enrich/enrich-rows.js";
import type { Plan } from "../enrich/plan.js";
import { readerOf } from "../enrich/reader.js";
import { renderRequest } from "../enrich/request.js";
import { openSession } from "../enrich/session.js";
import type { Purse } from "../run/purse.js";
import { fromEntry } from "../run/record-and-reuse.js";
import { CannotRehearse } from "./cannot-rehearse.js";

/** First or once more: a second answer to the same request, which the ledger keeps beside the first. */
export type Take = "first" | "again";

/** One of the configurations of a rehearsal, ready to be asked. */
export interface Player {
  readonly plan: Plan;
  /** The request of a row; `null` where it becomes none. */
  requestOf(row: unknown, take?: Take): InvokeRequest | null;
  /** Its answer: from the ledger where that was seen to have one, else paid for. */
  ask(row: unknown, stop: AbortSignal, take?: Take): Promise<{ outcome: Outcome; from: "call" | "ledger" }>;
  /** The answer that the ledger has; `null` where it has none. Calls nothing. */
  recall(row: unknown, take?: Take): Promise<Outcome | null>;
}

/**
 * Opens the session of settings, which are changed so that nothing but a ledger is written and no failure ends the run.
 * @param name what messages call them @param purse what several players may spend together, where that has a bound
 */
export const openPlayer = async (
  name: string,
  settings: unknown,
  spend: { readonly usd: number; readonly purse: Purse } | null,
): Promise<Player> => {
  const session = await openSession(forRehearsal(settings, spend?.usd), "enrich");
  if (session instanceof ConnectorError) throw new CannotRehearse(`${name}: ${session.message}`);
  const { plan, ledger } = session;
  const { invoke } = session.run(undefined, spend ? { purse: spend.purse } : undefined);
  const read = readerOf(plan);
  const known = new Set<string>();
  return {
    plan,
    requestOf(row, take = "first") {
      const request = renderRequest(copyRow(row), plan);
      return request instanceof ConnectorError || request === "blank" ? null : keyed(request, take);
    },
    async ask(row, stop, take = "first") {
      let isKnown = false;
      const call: Invoke = (request, signal) => {
        const asked = keyed(request, take);
        isKnown ||= known.has(asked.key);
        return invoke(asked, signal);
      };
      const outcome = await enrich(copyRow(row), plan, call, stop);
      return { outcome, from: isKnown ? "ledger" : "call" };
    },
    async recall(row, take = "first") {
      let found = false;
      const look: Invoke = async (request) => {
        const { key } = keyed(request, take);
        const entry = await ledger?.find(key);
        if (entry?.state !== "received") return unsent(new ConnectorError("outcome_unknown"));
        found = true;
        known.add(key);
        return read(request, fromEntry(entry));
      };
      const outcome = await enrich(copyRow(row), plan, look, never);
      return found ? outcome : null;
    },
  };
};

const never = new AbortController().signal;

const keyed = (request: InvokeRequest, take: Take): InvokeRequest =>
  take === "first"
    ? request
    : { ...request, key: hash("sha256", `${request.key}\n${take}`, "hex").slice(0, 32) };

const forRehearsal = (settings: unknown, usd: number | undefined): unknown => {
  if (typeof settings !== "object" || settings === null) return settings;
  return {
    ...Object.fromEntries(Object.entries(settings).filter(([name]) => !name.startsWith("write_back_"))),
    tolerated_failure_count: undefined,
    tolerated_failure_percent: undefined,
    ...(usd !== undefined && { max_spend_usd: usd, max_rows: undefined, max_tokens_total: undefined }),
  };
};
