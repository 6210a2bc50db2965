import type { ConnectionConfig } from "../generated/connection.js";
import type { Connector, Model, Stream, SyncConfig } from "../generated/protocol.js";

/** The end of a sync that this connector is. */
interface BedrockEnd extends Partial<Omit<Connector, "connection_specification">> {
  connection_specification: ConnectionConfig;
}

/**
 * What the hooks read of the protocol's `SyncConfig`, tied to this connector's settings. The rest may be left out.
 */
interface HostConfig
  extends Partial<Omit<SyncConfig, "source" | "destination" | "model" | "stream" | "sync_id">> {
  stream?: Partial<Stream>;
  /** Calls of `write` with the same ids are one run, and share its limits. */
  sync_id?: string | number;
  sync_run_id?: string | number;
}

/** The sync config of `write` and `enrich`: this connector is the destination. */
export interface BedrockSyncConfig extends HostConfig {
  source?: Partial<Connector>;
  destination: BedrockEnd;
  model?: Partial<Model>;
}

/** The sync config of `read`: this connector is the source. */
export interface BedrockReadConfig extends HostConfig {
  source: BedrockEnd;
  destination?: Partial<Connector>;
  /** `query` is a finished request body, as JSON text. */
  model: Partial<Model> & Pick<Model, "query">;
  limit?: string | number;
  /** How many records of this query the host has had; there is one. */
  offset?: string | number;
}
