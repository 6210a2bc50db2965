import type { Pipeline } from "../generated/pipeline.js";
import { type Connections, createConnections, type Resolve } from "./connections.js";
import { closeDatabase, openDatabase } from "./database.js";
import { createRegistry, type Registry } from "./registry.js";
import { createRecordState, type SyncRecord } from "./state.js";
import type { Report, SyncOptions } from "./sync.js";

export type { Pipeline } from "../generated/pipeline.js";
export type { Connections, StoredConnection } from "./connections.js";
export type { Quirk } from "./quirks.js";
export type { Connector, ConnectorClass, ConnectorType, Definition, Registry } from "./registry.js";
export { stars } from "./secrets.js";
export type { SyncRecord } from "./state.js";
export type { Report, SyncOptions } from "./sync.js";

/** A pipeline that is what its schema says. @throws Error that names every bad field. */
export const readPipeline = async (value: unknown): Promise<Pipeline> =>
  (await import("./read-pipeline.js")).checkedPipeline(value);

/** A small pipeline host: connectors are registered, connections stored, pipelines run. It has no scheduler. */
export interface Host extends Registry {
  readonly connections: Connections;
  /**
   * Runs a pipeline once; its shape is checked first. @throws Error when the run cannot begin or its source breaks.
   */
  sync(pipeline: Pipeline, options?: SyncOptions): Promise<Report>;
  /** Every row of a sync, of whichever run. */
  records(sync: string): Iterable<SyncRecord>;
  close(): void;
}

export interface HostOptions {
  /** The file of the host's database; it is created where there is none. One process holds it at a time. */
  readonly state: string;
  /** Completes a stored configuration for the moment of a call. Without it, it is used as stored. */
  readonly resolve?: Resolve;
}

/** @throws Error with a sentence when the state cannot be opened. */
export const openHost = async ({ state: file, resolve = (given) => given }: HostOptions): Promise<Host> => {
  const database = await openDatabase(file);
  const registry = createRegistry();
  const connections = createConnections(database, registry, resolve);
  const state = createRecordState(database);
  return {
    ...registry,
    connections,
    async sync(pipeline, options) {
      const { sync } = await import("./sync.js");
      return sync(await readPipeline(pipeline), { connections, state }, options);
    },
    records: state.records,
    close: () => closeDatabase(database),
  };
};
