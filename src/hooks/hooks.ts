import type { DeliverOptions } from "../batch/delivery.js";
import type { RunOptions } from "../enrich/enrich-rows.js";
import type { Reconciled, ReconcileOptions } from "../reconcile/reconciled.js";
import type {
  CatalogMessage,
  LogEnvelope,
  RecordMessage,
  SpecMessage,
  StatusMessage,
  TrackedMessage,
} from "./messages.js";
import type { MetaData, Side } from "./metadata.js";
import type { Migrated, MigrateOptions } from "./migrate/migrate.js";
import type { Proposals } from "./migrate/propose.js";
import type { Preview, PreviewOptions } from "./preview/preview.js";

/**
 * The connector as a host calls it: settings and records are whatever the host has, and no hook throws for them.
 * `const connector: Hooks = new AwsBedrockModel()` takes what is `unknown`; the class itself checks what is written
 * down.
 */
export interface Hooks {
  metaData(side?: Side): MetaData;
  spec(side?: Side): SpecMessage;
  checkConnection(config: unknown, side?: Side): Promise<StatusMessage>;
  discover(config?: unknown, side?: Side): Promise<CatalogMessage>;
  write(
    syncConfig: unknown,
    records: readonly unknown[],
    action?: string,
    options?: DeliverOptions,
  ): Promise<TrackedMessage>;
  read(syncConfig: unknown, onEvent?: (event: RecordMessage) => void): Promise<RecordMessage[] | LogEnvelope>;
  replay(config: unknown, options?: RunOptions): Promise<TrackedMessage>;
  reconcile(config: unknown, options?: ReconcileOptions): Promise<Reconciled | LogEnvelope>;
  preview(
    config: unknown,
    records: Iterable<unknown> | AsyncIterable<unknown>,
    options?: PreviewOptions,
  ): Promise<Preview | LogEnvelope>;
  migrate(config: unknown, options?: MigrateOptions): Promise<Migrated | Proposals | LogEnvelope>;
  enrich(
    syncConfig: unknown,
    records: Iterable<unknown> | AsyncIterable<unknown>,
    options?: DeliverOptions,
  ): AsyncGenerator<RecordMessage | TrackedMessage, void>;
}
