import type { DeliverOptions } from "./batch/delivery.js";
import { connectionSchema, sourceSchema } from "./connection/connection-schema.js";
import { ConnectorError } from "./core/errors.js";
import { type Outcome, toRecord } from "./core/outcome.js";
import type { RunOptions } from "./enrich/enrich-rows.js";
import type { Session } from "./enrich/session.js";
import type { ConnectionConfig } from "./generated/connection.js";
import { listener, readPath, runIdOf, toRows } from "./hooks/from-host.js";
import type { Hooks } from "./hooks/hooks.js";
import {
  bodyMessage,
  type CatalogMessage,
  catalogMessage,
  errorLogMessage,
  type LogEnvelope,
  notRunMessage,
  type RecordMessage,
  recordMessage,
  type SpecMessage,
  type StatusMessage,
  sourceCatalogMessage,
  specMessage,
  statusMessage,
  streamEndMessage,
  type TrackedMessage,
  writeMessage,
} from "./hooks/messages.js";
import { describe, type MetaData, type Side, sideOf } from "./hooks/metadata.js";
import type { Migrated, MigrateOptions } from "./hooks/migrate/migrate.js";
import type { Proposals } from "./hooks/migrate/propose.js";
import type { Preview, PreviewOptions } from "./hooks/preview/preview.js";
import type { BedrockReadConfig, BedrockSyncConfig } from "./hooks/typed-sync-config.js";

import type { Reconciled, ReconcileOptions } from "./reconcile/reconciled.js";

/**
 * The connector that a host registers. It holds nothing but its description: one instance serves any number of threads and syncs.
 * No hook throws to the host; what goes wrong stands in the message that it returns. The types are for those who write
 * settings down: a host may hand over anything, by `Hooks`.
 */
export class AwsBedrockModel implements Hooks {
  readonly #metaData = { source: describe("source"), destination: describe("destination") };

  /** What a host shows before the connector is configured: one object, which the host may write into. */
  metaData(side: Side = "destination"): MetaData {
    return this.#metaData[sideOf(side)];
  }

  /** The connection specification, a JSON Schema (draft-07) that hosts render as a form. */
  spec(side: Side = "destination"): SpecMessage {
    return specMessage(side, side === "source" ? sourceSchema() : connectionSchema());
  }

  /**
   * Validates the settings, compiles both templates, tries the ledger, and asks AWS what costs nothing to ask: whose
   * the credentials are, and whether the model can be called. Calls no model; ends within 10 seconds.
   */
  async checkConnection(config: ConnectionConfig, side: Side = "destination"): Promise<StatusMessage> {
    try {
      const { checkConfig } = await import("./hooks/check/check.js");
      const finding = await checkConfig(config, side);
      return finding instanceof ConnectorError
        ? statusMessage(finding)
        : statusMessage(null, finding.remarks.join(" "));
    } catch (cause) {
      return statusMessage(new ConnectorError("unexpected_error", `(${(cause as Error)?.name})`, { cause }));
    }
  }

  /**
   * The catalog: one stream, with the columns that the configuration's templates read and give. Without a usable
   * configuration the stream takes any fields. Needs no network; the same configuration has the same answer. A source
   * has no stream: its user defines them.
   */
  async discover(
    config?: Partial<ConnectionConfig> | null,
    side: Side = "destination",
  ): Promise<CatalogMessage> {
    if (side === "source") return sourceCatalogMessage();
    if (config === undefined || config === null) return catalogMessage();
    try {
      const { publishColumns } = await import("./hooks/discover/catalog.js");
      return catalogMessage(publishColumns(config));
    } catch {
      return catalogMessage();
    }
  }

  /**
   * Enriches records and returns one tracking message: `success + failed` is the number of records, `logs` has
   * one JSON text a record, `meta.records` the enriched records, all in order. `action` makes no difference.
   */
  async write(
    syncConfig: BedrockSyncConfig,
    records: readonly unknown[],
    _action?: string,
    options?: DeliverOptions,
  ): Promise<TrackedMessage> {
    const outcomes: Outcome[] = [];
    const session = await open(syncConfig, "destination", "enrich");
    const [{ deliverRecords }, { readDelivery }] = await loadDelivery();
    // A host waits some minutes for a page of rows, and a batch job takes hours.
    const detached = readDelivery(options, { detach: true });
    const run = deliverRecords(session, toRows(records), detached, runIdOf(syncConfig));
    let step = await run.next();
    for (; !step.done; step = await run.next()) outcomes.push(step.value);
    return writeMessage(outcomes, step.value, session instanceof ConnectorError ? null : session.plan);
  }

  /**
   * The `ai_ml` source: sends `model.query`, a finished body, and returns one record message with the response. `[]`
   * for a positive offset, so that a sync ends; one log message, not in an array, on failure. With the setting
   * `is_stream`, `onEvent` gets each event of the service as it comes; the response is then made of all of them.
   */
  async read(
    syncConfig: BedrockReadConfig,
    onEvent?: (event: RecordMessage) => void,
  ): Promise<RecordMessage[] | LogEnvelope> {
    const [offset, query] = [readPath(syncConfig, "offset"), readPath(syncConfig, "model", "query")];
    if (typeof offset !== "symbol" && typeof offset !== "object" && Number(offset) > 0) return [];
    const { readPayload } = await import("./hooks/read.js");
    const answer = await readPayload(
      query,
      (changes) => open(syncConfig, "source", "read", changes),
      listener(onEvent),
    );
    return answer instanceof ConnectorError ? errorLogMessage(answer) : [bodyMessage(answer)];
  }

  /**
   * Sends again, on the user's word, what the ledger holds of this configuration as refused or of unknown outcome.
   * The answers go into the ledger: the next sync finds them there. Rows of unknown outcome may be paid for twice.
   */
  async replay(config: ConnectionConfig, options?: RunOptions): Promise<TrackedMessage> {
    const session = await open(
      { destination: { connection_specification: config } },
      "destination",
      "enrich",
    );
    const { replayLedger } = await import("./hooks/replay.js");
    const replayed = await replayLedger(session, options);
    return replayed instanceof ConnectorError
      ? notRunMessage(replayed)
      : streamEndMessage(replayed.summary, replayed.leftAlone);
  }

  /**
   * Looks in the account's model invocation logs for the calls whose outcome the ledger does not know, and settles them there:
   * an answer that was paid for is in the next sync's rows at no further price. Calls no model. One log message on failure.
   */
  async reconcile(config: ConnectionConfig, options?: ReconcileOptions): Promise<Reconciled | LogEnvelope> {
    const session = await open(
      { destination: { connection_specification: config } },
      "destination",
      "enrich",
    );
    const { reconcileLedger } = await import("./reconcile/reconcile.js");
    const reconciled = await reconcileLedger(session, options);
    return reconciled instanceof ConnectorError ? errorLogMessage(reconciled) : reconciled;
  }

  /**
   * What a run over these records would send and cost, without calling a model: the first bodies, the rows that would
   * fail, and low, expected and highest cost of those that the ledger does not answer. One log message on failure.
   */
  async preview(
    config: ConnectionConfig,
    records: Iterable<unknown> | AsyncIterable<unknown>,
    options?: PreviewOptions,
  ): Promise<Preview | LogEnvelope> {
    const { previewRows } = await import("./hooks/preview/preview.js");
    const preview = await previewRows(config, records, options);
    return preview instanceof ConnectorError ? errorLogMessage(preview) : preview;
  }

  /**
   * The settings rewritten for the model and API of `options`, with what became of every part; `config` is null where
   * something is refused. Without both, living models that may take the old one's place. One log message on failure.
   */
  async migrate(
    config: ConnectionConfig,
    options?: MigrateOptions,
  ): Promise<Migrated | Proposals | LogEnvelope> {
    const { migrateOrPropose } = await import("./hooks/migrate/migrate.js");
    const answer = await migrateOrPropose(config, options);
    return answer instanceof ConnectorError ? errorLogMessage(answer) : answer;
  }

  /**
   * Enriches any number of records: one record message a record, in order, with bounded read-ahead and flat
   * memory, and one tracking message at the end. Rethrows an error of the source after the rows before it.
   */
  async *enrich(
    syncConfig: BedrockSyncConfig,
    records: Iterable<unknown> | AsyncIterable<unknown>,
    options?: DeliverOptions,
  ): AsyncGenerator<RecordMessage | TrackedMessage, void> {
    const session = await open(syncConfig, "destination", "enrich");
    const [{ deliverRecords }] = await loadDelivery();
    const run = deliverRecords(session, records, options);
    try {
      let step = await run.next();
      for (; !step.done; step = await run.next()) yield recordMessage(toRecord(step.value));
      yield streamEndMessage(step.value);
    } finally {
      await run.return(undefined as never);
    }
  }
}

/** Loads modules on first need. A host calls `write` for every row, and asking Node again takes a part of a row's work. */
const once = <Modules>(load: () => Promise<Modules>): (() => Promise<Modules>) => {
  let loaded: Promise<Modules> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
};

/** The SDK, Ajv and Liquid come with it: `spec` starts at once. */
const loadSession = once(() => import("./enrich/session.js"));
const loadDelivery = once(() => Promise.all([import("./batch/deliver.js"), import("./batch/delivery.js")]));

const open = async (
  syncConfig: unknown,
  side: Side,
  purpose: "enrich" | "read",
  changes: Partial<ConnectionConfig> | null = null,
): Promise<Session | ConnectorError> => {
  try {
    const { openSession } = await loadSession();
    const settings = readPath(syncConfig, side, "connection_specification");
    return await openSession(changes ? { ...(settings as ConnectionConfig), ...changes } : settings, purpose);
  } catch (cause) {
    return new ConnectorError("invalid_config", "They are not plain JSON.", { cause });
  }
};
