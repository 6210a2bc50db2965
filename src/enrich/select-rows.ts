import { ConnectorError } from "../core/errors.js";
import { readAnswer } from "../models/read-answer.js";
import { fromEntry } from "../run/record-and-reuse.js";
import { copyRow } from "./enrich-rows.js";
import { readColumns } from "./read-columns.js";
import { renderRequest } from "./request.js";
import { openSession, type Session } from "./session.js";

/**
 * What a ledger says of a row's request under some settings: `failed`, it was refused, or cannot be sent, or its answer
 * makes no columns; `held`, it may have been billed and has no answer; `new`, nothing is known of it.
 */
export type RowState = "failed" | "held" | "new";

/**
 * Those of some rows that are in a state, by the ledger of a connection; they are read as they are asked for. Opens the
 * ledger and keeps it. @throws ConnectorError when the settings or the ledger cannot be used.
 */
export const selectRows = async (
  config: unknown,
  rows: AsyncIterable<unknown>,
  state: RowState,
): Promise<AsyncGenerator<unknown>> => {
  const session = await openSession(config, "enrich");
  if (session instanceof ConnectorError) throw session;
  return selected(rows, state, session);
};

async function* selected(
  rows: AsyncIterable<unknown>,
  state: RowState,
  session: Session,
): AsyncGenerator<unknown> {
  for await (const row of rows) if ((await stateOf(row, session)) === state) yield row;
}

const stateOf = async (row: unknown, { plan, ledger }: Session): Promise<RowState | "done"> => {
  const request = renderRequest(copyRow(row), plan);
  if (request instanceof ConnectorError) return "failed";
  if (request === "blank") return "done";
  const entry = await ledger?.find(request.key);
  if (!entry) return "new";
  if (entry.state === "refused") return "failed";
  if (entry.state !== "received") return "held";
  const answer = readAnswer(plan.family, request.body, fromEntry(entry));
  return readColumns(answer, plan) instanceof ConnectorError ? "failed" : "done";
};
