import type { ConnectorError } from "../core/errors.js";
import { isObject, type Json } from "../core/json.js";
import { isSuccess, type Outcome, toRecord } from "../core/outcome.js";
import type { Plan } from "../enrich/plan.js";
import { createTally, type Summary } from "../enrich/summary.js";
import type { Catalog, ConnectorSpecification, LogMessage, TrackingMessage } from "../generated/protocol.js";
import { connectorName, documentationUrl, type Side } from "./metadata.js";

// The host's messages. Absent fields are left out, since the host refuses most nulls.

export interface SpecMessage {
  readonly type: "connector_spec";
  readonly connector_spec: ConnectorSpecification;
}
export interface StatusMessage {
  readonly type: "connection_status";
  readonly connection_status: { readonly status: "succeeded" | "failed"; readonly message?: string };
}
export interface CatalogMessage {
  readonly type: "catalog";
  readonly catalog: Catalog;
}
export interface RecordMessage {
  readonly type: "record";
  /** `emitted_at` is in seconds since 1970. */
  readonly record: { readonly data: Record<string, unknown>; readonly emitted_at: number };
}
export interface LogEnvelope {
  readonly type: "log";
  readonly log: LogMessage;
}
export interface TrackedMessage {
  readonly type: "tracking";
  readonly tracking: TrackingMessage & {
    readonly meta: {
      readonly summary: Summary;
      /** `write` only: the enriched records, in order. */
      readonly records?: readonly Record<string, unknown>[];
      /** `replay` only: calls of other connections in the same ledger, which were left alone. */
      readonly left_alone?: number;
    };
  };
}

/** A source has no streams but those that its user defines; a destination has one. */
export const specMessage = (side: Side, connectionSpecification: object): SpecMessage => ({
  type: "connector_spec",
  connector_spec: {
    documentation_url: documentationUrl,
    stream_type: side === "source" ? "user_defined" : "static",
    connector_query_type: "ai_ml",
    // A copy that is the host's own: it may write into it.
    connection_specification: structuredClone(connectionSpecification) as Record<string, unknown>,
    ...(side === "destination" && { supported_destination_sync_modes: ["insert"] }),
  },
});

export const statusMessage = (error: ConnectorError | null, remark?: string): StatusMessage => {
  const message = error ? error.message : remark;
  return {
    type: "connection_status",
    connection_status: { status: error ? "failed" : "succeeded", ...(message && { message }) },
  };
};

/** What the templates of a configuration say of the stream. */
export interface PublishedColumns {
  /** `schemaless` lets the user name the fields. */
  readonly schemaMode: "schema" | "schemaless";
  /** JSON Schema (draft-07): the input columns, and the output columns under `x-output-schema`. */
  readonly jsonSchema: Readonly<Record<string, Json>>;
}

/**
 * One stream, which takes any fields where nothing is known of them. The host's heartbeat allows a page of 1000
 * rows 420 seconds, so it needs many threads; and its batch mode would mark a whole batch good for one good row, so
 * that is never offered.
 */
export const catalogMessage = (published?: PublishedColumns | null): CatalogMessage => ({
  type: "catalog",
  catalog: {
    ...rate,
    schema_mode: published?.schemaMode ?? "schemaless",
    streams: [
      {
        name: "invoke_model",
        action: "create",
        // The host's own, which may write into it.
        json_schema: structuredClone({ ...published?.jsonSchema }),
        supported_sync_modes: ["incremental"],
        batch_support: false,
        batch_size: 1,
        ...rate,
      },
    ],
  },
});

const rate = {
  request_rate_limit: 6000,
  request_rate_limit_unit: "minute",
  request_rate_concurrency: 50,
} as const;

/** The catalog of a source: its user defines the streams. The numbers are those of the host's own AI sources. */
export const sourceCatalogMessage = (): CatalogMessage => ({
  type: "catalog",
  catalog: {
    request_rate_limit: 600,
    request_rate_limit_unit: "minute",
    request_rate_concurrency: 10,
    streams: [],
  },
});

/** A record that is the host's own from now on: it may write into it. */
export const recordMessage = (data: Record<string, unknown>): RecordMessage => ({
  type: "record",
  record: { data, emitted_at: Math.floor(Date.now() / 1000) },
});

/** The host takes an object only, so any other body is wrapped as `{ value }`. */
export const bodyMessage = (body: unknown): RecordMessage =>
  recordMessage(isObject(body) ? { ...body } : { value: body });

/** The answer to `write`: counts, one log and one enriched record a row, in the order of the input. */
export const writeMessage = (
  outcomes: readonly Outcome[],
  summary: Summary,
  plan: Plan | null,
): TrackedMessage => {
  const success = outcomes.filter(isSuccess).length;
  return {
    type: "tracking",
    tracking: {
      success,
      failed: outcomes.length - success,
      meta: { records: outcomes.map(toRecord), summary },
      logs: outcomes.map((outcome) => logMessage(outcome, plan)),
    },
  };
};

/** The end of a stream: the counts alone, since its records went before it. */
export const streamEndMessage = (summary: Summary, leftAlone?: number): TrackedMessage => {
  const { received, enriched, skipped, failed, held, not_sent } = summary;
  const success = enriched + skipped;
  return {
    type: "tracking",
    tracking: {
      success,
      failed: received - success,
      meta: { summary, ...(leftAlone !== undefined && { left_alone: leftAlone }) },
      logs: [
        log(success === received ? "info" : "error", {
          request: `${received} records received`,
          response: `${enriched} enriched, ${skipped} skipped, ${failed} failed, ${held} held, ${not_sent} not sent`,
        }),
      ],
    },
  };
};

/** The end of a run that could not begin. */
export const notRunMessage = (error: ConnectorError): TrackedMessage => {
  const { code, message } = error;
  const summary = { ...createTally().summary(), errors: { [code]: { count: 0, message } } };
  const logs = [log("error", { request: "InvokeModel", response: `${code}: ${message}` })];
  return { type: "tracking", tracking: { success: 0, failed: 0, meta: { summary }, logs } };
};

/** The answer of a hook that could not do its work, in plain words, which the host shows as they are. */
export const errorLogMessage = ({ code, message }: ConnectorError): LogEnvelope => ({
  type: "log",
  log: { name: connectorName, level: "error", message: storable(`${code}: ${message}`) },
});

/** What may be a mistake in the settings stands in each log, since hosts show a check's words on failure only. */
const logMessage = ({ trace, payloads, remark }: Outcome, plan: Plan | null): LogMessage => {
  const { connection: { logPayloads = false } = {}, remarks = [] } = plan ?? {};
  const { status, error, model, attempts, stop_reason, input_tokens, output_tokens, latency_ms, request_id } =
    trace;
  const facts = [
    error ? `${status} (${error.code}, billed: ${trace.billed}): ${error.message}` : status,
    stop_reason && `stop reason ${stop_reason}`,
    input_tokens !== null && `${input_tokens} tokens in`,
    output_tokens !== null && `${output_tokens} tokens out`,
    latency_ms !== null && `${latency_ms} ms`,
    request_id && `request ${request_id}`,
    remark,
    remarks.length > 0 && `remarks: ${remarks.join(" ")}`,
  ];
  return log(error ? "error" : "info", {
    request:
      (logPayloads && payloads.request) ||
      `InvokeModel${model === null ? "" : ` ${model}`}, ${attempts} sent`,
    response: (logPayloads && payloads.response) || facts.filter(Boolean).join(", "),
  });
};

/** Of a tracking message the host parses the first log's message as JSON and stores it: it must be JSON that PostgreSQL takes. */
const log = (level: "info" | "error", texts: { request: string; response: string }): LogMessage => ({
  name: connectorName,
  level,
  message: JSON.stringify({ request: storable(texts.request), response: storable(texts.response), level }),
});

const longestText = 20_000;

const storable = (text: string): string => text.slice(0, longestText).replaceAll("\u0000", "").toWellFormed();
