import { readFileSync } from "node:fs";
import type { LedgerReport } from "./ledger/inspect.js";

export { AwsBedrockModel } from "./connector.js";
export type { RunOptions } from "./driver.js";
export type { Billed, ErrorCode } from "./errors.js";
export { listModels, type Model } from "./families/models.js";
export type { ConnectionConfig } from "./generated/connection.js";
export type { SyncConfig } from "./generated/protocol.js";
export type { TemplateTestCase, TemplateTests } from "./generated/template-tests.js";
export type { LedgerReport } from "./ledger/inspect.js";
export type { MetaData } from "./meta.js";
export type { Status, Trace } from "./outcome.js";
export type { Preview, PreviewOptions, RowCounts } from "./preview/preview.js";
export type { Sample } from "./preview/samples.js";
export type { UsdRange } from "./prices/estimate.js";
export type { Price } from "./prices/price.js";
export type {
  CatalogMessage,
  LogEnvelope,
  RecordMessage,
  SpecMessage,
  StatusMessage,
  TrackedMessage,
} from "./protocol.js";
export type { Progress, Summary } from "./summary.js";
export type { Difference } from "./template-tests/judge.js";
export type { TemplateTestReport } from "./template-tests/run.js";
export { testTemplates } from "./template-tests/test-templates.js";

/** The version of this package. */
export const version: string = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).version;

/** Counts a ledger. @throws Error with a sentence when the file is missing, held by a process, or no ledger. */
export const inspectLedger = async (file: string): Promise<LedgerReport> =>
  (await import("./ledger/inspect.js")).inspectLedger(file);

/**
 * Gives a ledger's file back to other processes. End the runs that use it first: a call that is still open finds no
 * place for its answer, and its row is held when it comes again.
 */
export const closeLedger = async (file: string): Promise<void> =>
  (await import("./ledger/shared.js")).closeLedger(file);
