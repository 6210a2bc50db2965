import { readFileSync } from "node:fs";
import type { BatchJob, JobsAction, ManageOptions } from "./batch/view.js";
import type { RowState } from "./enrich/select-rows.js";
import type { RehearseOptions } from "./rehearse/options.js";
import type { Rehearsal } from "./rehearse/rehearsal.js";
import type { Repair } from "./run/ledger/repair.js";
import type { LedgerReport } from "./run/ledger/report.js";

export type { DeliverOptions } from "./batch/delivery.js";
export type { BatchJob, BatchProgress, JobsAction, ManageOptions } from "./batch/view.js";
export { AwsBedrockModel } from "./connector.js";
export type { Billed, ErrorCode } from "./core/errors.js";
export type { Status, Trace, UsdRange } from "./core/outcome.js";
export type { RunOptions } from "./enrich/enrich-rows.js";
export type { RowState } from "./enrich/select-rows.js";
export type { Progress, Summary } from "./enrich/summary.js";
export type { ConnectionConfig } from "./generated/connection.js";
export type { SyncConfig } from "./generated/protocol.js";
export type { TemplateTestCase, TemplateTests } from "./generated/template-tests.js";
export type { Hooks } from "./hooks/hooks.js";
export type {
  CatalogMessage,
  LogEnvelope,
  RecordMessage,
  SpecMessage,
  StatusMessage,
  TrackedMessage,
} from "./hooks/messages.js";
export type { MetaData, Side } from "./hooks/metadata.js";
export type { Migrated, MigrateOptions } from "./hooks/migrate/migrate.js";
export type { Proposal, Proposals } from "./hooks/migrate/propose.js";
export type { Preview, PreviewOptions } from "./hooks/preview/preview.js";
export type { RowCounts } from "./hooks/preview/row-fates.js";
export type { Sample } from "./hooks/preview/samples.js";
export type { Difference } from "./hooks/template-tests/compare.js";
export type { TemplateTestReport } from "./hooks/template-tests/run-cases.js";
export { testTemplates } from "./hooks/template-tests/test-templates.js";
export type { BedrockReadConfig, BedrockSyncConfig } from "./hooks/typed-sync-config.js";
export { listModels, type Model } from "./models/list-models.js";

export type { Price } from "./models/prices/price.js";
export type { Reason, Reconciled, ReconcileOptions } from "./reconcile/reconciled.js";
export { CannotRehearse } from "./rehearse/cannot-rehearse.js";
export { type ColumnKind, columnKinds } from "./rehearse/compare/kinds.js";
export type { Forecast } from "./rehearse/forecast.js";
export type { RehearseOptions } from "./rehearse/options.js";
export type { Rehearsal } from "./rehearse/rehearsal.js";
export type { Repair } from "./run/ledger/repair.js";
export type { LedgerReport } from "./run/ledger/report.js";

/** The version of this package. */
export const version: string = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).version;

/**
 * Looks after the batch jobs of a connection: lists them, asks how far they are, waits for their answers, stops them.
 * @throws Error with a sentence where settings, ledger or service do not let it.
 */
export const manageJobs = async (
  config: unknown,
  action: JobsAction,
  options?: ManageOptions,
): Promise<BatchJob[]> => (await import("./batch/manage-jobs.js")).manageJobs(config, action, options);

/** Counts a ledger. @throws Error with a sentence when the file is missing, held by a process, or no ledger. */
export const inspectLedger = async (file: string): Promise<LedgerReport> =>
  (await import("./run/ledger/inspect.js")).inspectLedger(file);

/**
 * Mends a ledger's file that is damaged: keeps every line that checks and holds the rows of those that are lost. With
 * `forgetLost`, rows that the ledger does not know may be sent again though lost lines could not be told.
 * @throws Error with a sentence when the file is held by a process, or no ledger.
 */
export const repairLedger = async (file: string, { forgetLost = false } = {}): Promise<Repair> => {
  const { repairLedger: repair } = await import("./run/ledger/repair.js");
  return repair(file, { forgetLost });
};

/**
 * Gives a ledger's file back to other processes. End the runs that use it first: a call that is still open finds no
 * place for its answer, and its row is held when it comes again.
 */
export const closeLedger = async (file: string): Promise<void> =>
  (await import("./run/ledger/open-ledgers.js")).closeLedger(file);

/**
 * Those of some rows that are failed, held or new by the ledger of a connection, read as they are asked for. Opens the
 * ledger and keeps it. @throws ConnectorError when the settings or the ledger cannot be used.
 */
export const selectRows = async (
  config: unknown,
  rows: AsyncIterable<unknown>,
  state: RowState,
): Promise<AsyncIterable<unknown>> =>
  (await import("./enrich/select-rows.js")).selectRows(config, rows, state);

/**
 * Puts the same rows through two settings, old and new, and says how sure it is that the new ones keep what the old ones
 * did. Costs what it calls, after `agree` has been told; the result holds rows. `null` where `agree` said no.
 * @throws CannotRehearse with a sentence.
 */
export const rehearse = async (options: RehearseOptions): Promise<Rehearsal | null> =>
  (await import("./rehearse/rehearse.js")).rehearse(options);

/** A rehearsal as one page of HTML for a browser, which needs no network and runs no script. It holds rows. */
export const rehearsalPage = async (rehearsal: Rehearsal): Promise<string> =>
  (await import("./rehearse/page/page.js")).rehearsalPage(rehearsal);
