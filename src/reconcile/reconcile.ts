import pMap from "p-map";
import { storeOf } from "../bedrock/object-store.js";
import { ConnectorError } from "../core/errors.js";
import type { Session } from "../enrich/session.js";
import { withLedger } from "../enrich/with-ledger.js";
import type { SharedLedger } from "../run/ledger/shared-ledger.js";
import { toEntry } from "../run/record-and-reuse.js";
import { findLogs } from "./find-logs.js";
import { jsonValues } from "./json-values.js";
import { bytesOf, logFiles } from "./log-files.js";
import { type LoggedOutcome, readOutcome } from "./read-outcome.js";
import { type LogRecord, recordsIn } from "./read-record.js";
import type { Reason, Reconciled, ReconcileOptions, Undecided } from "./reconciled.js";
import { type UnknownCall, unknownCalls } from "./unknown-calls.js";

/**
 * Looks in the account's model invocation logs for the calls whose outcome a ledger does not know, and settles them there.
 * Sends nothing to a model.
 */
export const reconcileLedger = (
  session: Session | ConnectorError,
  options: ReconcileOptions = {},
  now = Date.now,
): Promise<Reconciled | ConnectorError> =>
  withLedger(session, (opened, ledger) =>
    reconcile(opened, ledger, options, now).catch((error: unknown) =>
      error instanceof ConnectorError
        ? error
        : new ConnectorError("logs_unusable", `${(error as Error).message}.`, { cause: error }),
    ),
  );

const reconcile = async (
  { plan: { connection, routeKey } }: Session,
  ledger: SharedLedger,
  { logs, graceMinutes = 30 }: ReconcileOptions,
  now: () => number,
): Promise<Reconciled> => {
  const { requestTimeoutMs: deadlineMs, region } = connection;
  const startedAt = now();
  const { calls, underWay } = await unknownCalls(ledger.entries(), {
    ...{ deadlineMs, now: startedAt },
    // Of a file, this process is the only holder.
    mayBeAt: (key) => ledger.peek !== undefined || ledger.underway.has(key),
  });
  const total = { looked_for: calls.size, recovered: 0, refused: 0, input_tokens: 0, output_tokens: 0 };
  if (calls.size === 0)
    return { ...total, still_unknown: underWay > 0 ? { under_way: underWay } : {}, logs: null };

  const place =
    logs ??
    (await findLogs(
      connection,
      [...calls.values()].map(({ stretch }) => stretch),
    ));
  const store = storeOf(connection);
  const read = { place, files: 0, records: 0, other_records: 0, passed_over: {} as Record<string, number> };
  const passOver = (what: string): void => {
    read.passed_over[what] = (read.passed_over[what] ?? 0) + 1;
  };
  const settled = new Set<string>();
  const earlier = new Set<string>();
  const undecided = new Map<string, Undecided>();
  const refused = new Map<string, Extract<LoggedOutcome, { is: "refused" }>>();

  const take = async (record: LogRecord): Promise<void> => {
    const { key, claim } = record;
    const call = calls.get(key);
    if (!call || settled.has(key)) return;
    const outcome = await readOutcome(record, store);
    // Any answer is one to the request. What became of an earlier call says nothing of the latest one.
    if (outcome.is !== "answered" && (claim === null || claim !== call.claim)) earlier.add(key);
    else if (outcome.is === "refused") refused.set(key, outcome);
    else if (outcome.is === "undecided") undecided.set(key, outcome.why);
    else if (!settled.has(key)) {
      settled.add(key);
      await ledger.append(toEntry(key, outcome.invocation, now()));
      total.recovered++;
      total.input_tokens += outcome.invocation.usage.inputTokens ?? 0;
      total.output_tokens += outcome.invocation.usage.outputTokens ?? 0;
    }
  };

  const readFile = async (file: string): Promise<void> => {
    read.files++;
    try {
      for await (const piece of jsonValues(bytesOf(file, store)))
        for (const found of "fault" in piece ? [piece] : recordsIn(piece.text))
          if (found === "other") read.other_records++;
          else if ("fault" in found) passOver(found.fault);
          else {
            read.records++;
            await take(found);
          }
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      passOver(`a file that could not be read: ${(error as Error).message}`);
    }
  };

  const stretches = [...calls.values()].map(({ stretch: { from, to } }) => ({
    from,
    to: Math.min(startedAt, to + lateMs),
  }));
  const wanted = async function* () {
    for await (const file of logFiles(place, region, stretches, store)) {
      // The rest has nothing to tell.
      if (settled.size === calls.size) return;
      yield file;
    }
  };
  await pMap(wanted(), readFile, { concurrency: 4 });

  for (const [key, { code }] of refused) {
    // A record that leaves it open stands for a call that may have come after the one that was refused.
    if (settled.has(key) || undecided.has(key)) continue;
    if (!(await refuse(ledger, key, code, now))) continue;
    settled.add(key);
    total.refused++;
  }
  const graceEnd = startedAt - graceMinutes * 60_000;
  const reasonOf = ([key, { stretch, target }]: [string, UnknownCall]): Reason => {
    const why = undecided.get(key);
    if (why !== undefined || earlier.has(key)) return why ?? "sent_again";
    if (target !== routeKey) return "of_another_connection";
    return stretch.to > graceEnd ? "not_yet" : "not_logged";
  };
  const reasons = [...calls].filter(([key]) => !settled.has(key)).map(reasonOf);
  for (let call = 0; call < underWay; call++) reasons.push("under_way");
  return { ...total, still_unknown: counted(reasons), logs: read };
};

/** Records come some minutes after their calls, and may lie in the folder of that hour. */
const lateMs = 30 * 60_000;

/**
 * Writes that a call was refused, as its caller would have: claimed first, so that nobody else is at it. False where its
 * outcome has become known meanwhile.
 */
const refuse = async (
  ledger: SharedLedger,
  key: string,
  code: Extract<LoggedOutcome, { is: "refused" }>["code"],
  now: () => number,
): Promise<boolean> => {
  const entry = await ledger.find(key);
  if (entry?.state !== "unknown" && entry?.state !== "intent") return false;
  const { model, target, body } = entry;
  try {
    await ledger.append({ state: "intent", key, at: now(), model, target, body });
  } catch (error) {
    if (error instanceof ConnectorError && error.code === "claimed_elsewhere") return false;
    throw error;
  }
  await ledger.append({ state: "refused", key, at: now(), model, target, body, code });
  return true;
};

const counted = (reasons: readonly Reason[]): Partial<Record<Reason, number>> => {
  const counts: Partial<Record<Reason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};
