// Generated from schemas/protocol.json. Do not edit: change the schema and run `npm run generate`.

/**
 * The envelope of every message; the host does not check that `type` names the key that is filled.
 */
export interface MultiwovenMessage {
  type: "record" | "log" | "connector_spec" | "connection_status" | "catalog" | "control" | "tracking";
  log?: LogMessage | null;
  connection_status?: ConnectionStatus | null;
  connector_spec?: ConnectorSpecification | null;
  catalog?: Catalog | null;
  record?: RecordMessage | null;
  control?: ControlMessage | null;
  tracking?: TrackingMessage | null;
}

/**
 * Whether a connection works, and if not, why.
 */
export interface ConnectionStatus {
  status: "succeeded" | "failed";
  message?: string | null;
}

/**
 * What a connector tells the host about itself.
 */
export interface ConnectorSpecification {
  documentation_url?: string | null;
  changelog_url?: string | null;
  /**
   * The JSON Schema (draft-07) of the connection form.
   */
  connection_specification: {
    [k: string]: unknown;
  };
  supports_normalization?: boolean;
  supports_dbt?: boolean;
  stream_type: "static" | "dynamic" | "user_defined";
  supported_destination_sync_modes?: ("insert" | "upsert")[] | null;
  connector_query_type?: "raw_sql" | "soql" | "ai_ml" | "vector_search";
}

/**
 * One end of a sync, with its connection config.
 */
export interface Connector {
  name: string;
  type: "source" | "destination";
  /**
   * The values of the connection config, not their schema.
   */
  connection_specification: {
    [k: string]: unknown;
  };
  /**
   * The host's own row; nothing to us.
   */
  connector_instance?: unknown;
  query_type?: "raw_sql" | "soql" | "ai_ml" | "vector_search";
}

/**
 * One log line; also the per-record log inside a TrackingMessage.
 */
export interface LogMessage {
  level: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  message: string;
  name?: string | null;
  stack_trace?: string | null;
}

/**
 * The query a sync reads its records from.
 */
export interface Model {
  name?: string | null;
  /**
   * SQL, or for `ai_ml` the JSON text of the request body.
   */
  query: string;
  query_type:
    | "raw_sql"
    | "dbt"
    | "soql"
    | "table_selector"
    | "ai_ml"
    | "dynamic_sql"
    | "unstructured"
    | "vector_search"
    | "semistructured";
  /**
   * A column of the source; empty when the model has none.
   */
  primary_key: string;
}

/**
 * One row that was read.
 */
export interface RecordMessage {
  data: {
    [k: string]: unknown;
  };
  /**
   * Seconds since 1970-01-01 UTC.
   */
  emitted_at: number;
}

/**
 * One thing a connector can read from or write to.
 */
export interface Stream {
  name: string;
  action?: "fetch" | "create" | "update" | "delete";
  json_schema: {
    [k: string]: unknown;
  };
  supported_sync_modes?: ("full_refresh" | "incremental")[] | null;
  source_defined_cursor?: boolean;
  default_cursor_field?: string[] | null;
  source_defined_primary_key?: string[][] | null;
  namespace?: string | null;
  url?: string | null;
  request_method?: string | null;
  batch_support?: boolean;
  /**
   * Records in one write.
   */
  batch_size?: number;
  request_rate_limit?: number;
  request_rate_limit_unit?: "minute" | "hour" | "day";
  /**
   * Threads the host writes from at once.
   */
  request_rate_concurrency?: number;
}

/**
 * What a connector offers: its streams and the rate the host should keep to.
 */
export interface Catalog {
  streams: Stream[];
  request_rate_limit?: number;
  request_rate_limit_unit?: "minute" | "hour" | "day";
  request_rate_concurrency?: number;
  /**
   * `schema` or `schemaless`; the host lets any text pass.
   */
  schema_mode?: string | null;
  source_defined_cursor?: boolean;
  default_cursor_field?: string[] | null;
}

/**
 * How a source pages through its rows.
 */
export interface IncrementStrategyConfig {
  increment_strategy?: string;
}

/**
 * Everything the host says about one sync when it calls a hook.
 */
export interface SyncConfig {
  source: Connector;
  destination: Connector;
  model: Model;
  stream: Stream;
  sync_mode: "full_refresh" | "incremental";
  cursor_field?: string | null;
  current_cursor_field?: string | null;
  destination_sync_mode: "insert" | "upsert";
  sync_id?: string;
  increment_strategy_config?: IncrementStrategyConfig | null;
}

/**
 * A vector search; unused by this connector and kept for completeness.
 */
export interface VectorConfig {
  source: Connector;
  vector: number[] | string;
  limit?: number;
  filters?:
    | {
        [k: string]: unknown;
      }[]
    | null;
}

/**
 * An answer to an order of the host, such as clearing the destination before a full refresh.
 */
export interface ControlMessage {
  type: "rate_limit" | "connection_config" | "full_refresh";
  /**
   * Seconds since 1970-01-01 UTC.
   */
  emitted_at: number;
  status?: "succeeded" | "failed" | null;
  meta?: {
    [k: string]: unknown;
  };
}

/**
 * What became of the records of one write.
 */
export interface TrackingMessage {
  success?: number;
  failed?: number;
  /**
   * Free; this connector returns the enriched records here.
   */
  meta?: {
    [k: string]: unknown;
  };
  /**
   * Bare log messages, not wrapped in an envelope; the host keeps the first and wants JSON text in its `message`.
   */
  logs?: LogMessage[];
}
