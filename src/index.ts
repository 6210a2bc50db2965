import { readFileSync } from "node:fs";

export { AwsBedrockModel } from "./connector.js";
export type { RunOptions } from "./driver.js";
export type { Billed, ErrorCode } from "./errors.js";
export type { ConnectionConfig } from "./generated/connection.js";
export type { SyncConfig } from "./generated/protocol.js";
export { inspectLedger, type LedgerReport } from "./ledger/inspect.js";
export { closeLedger } from "./ledger/shared.js";
export type { MetaData } from "./meta.js";
export { listModels, type Model } from "./models.js";
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

/** The version of this package. */
export const version: string = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).version;
