import { isDeepStrictEqual } from "node:util";
import type { Catalog, Stream } from "../../../generated/protocol.js";
import { isSchema, nodesOf, type Schema } from "../read-schema.js";
import type { Rule } from "../rule.js";
import { must, shown, skip } from "../violation.js";
import { readJson } from "./spec-rules.js";

/** `discover`: the streams that a host can choose, and the rate it should keep to. */
export const discover: readonly Rule[] = [
  {
    id: "D01",
    what: "discover answers one catalog, each stream with a name of its own, an action and a schema",
    async run({ discover }) {
      const { streams, schema_mode } = await discover();
      must(schema_mode, "the catalog has no schema_mode, and the mapping page waits for it without end");
      must(streams.length > 0, "the catalog has no stream");
      must(new Set(streams.map(({ name }) => name)).size === streams.length, "two streams have one name");
      for (const { name, action, supported_sync_modes } of streams) {
        must(action, `${name} has no action, which the host's catalog needs`);
        must(supported_sync_modes?.length !== 0, `${name} supports no sync mode`);
      }
    },
  },
  {
    id: "D02",
    what: "a stream with columns lists exactly those that the template reads, and the output",
    needs: ["input_columns"],
    async run({ discover, descriptor }) {
      const { input_columns = [], output_column } = descriptor;
      const [stream] = (await discover()).streams;
      const listed = columnsOf(stream?.json_schema ?? {});
      if (listed.length === 0) skip("the stream takes any column");
      const lost = input_columns.filter((column) => !listed.includes(column));
      must(lost.length === 0, `the stream does not list what the template reads: ${lost.join(", ")}`);
      const known = [...input_columns, output_column];
      const strange = listed.filter((column) => !known.includes(column));
      must(strange.length === 0, `the stream lists what no template has: ${strange.join(", ")}`);
    },
  },
  {
    id: "D03",
    what: "stream schemas have no $ref, allOf or not, and a primary key is one of their columns",
    async run({ discover }) {
      for (const { name, json_schema, source_defined_primary_key } of (await discover()).streams) {
        for (const { node, path } of nodesOf(json_schema))
          for (const key of ["$ref", "allOf", "not"])
            must(!(key in node), `${name}: /${path.join("/")} has ${key}`);
        const columns = columnsOf(json_schema);
        for (const [column = ""] of source_defined_primary_key ?? [])
          must(
            columns.length === 0 || columns.includes(column),
            `${name}: the primary key ${column} is no column`,
          );
      }
    },
  },
  {
    id: "D04",
    what: "rate limit, unit, concurrency and batch settings are there, and no zero that a host divides by",
    async run({ discover }) {
      const catalog = await discover();
      for (const stream of catalog.streams) {
        const has = { ...limitsOf(catalog), ...limitsOf(stream) };
        for (const key of ["request_rate_limit", "request_rate_concurrency"] as const)
          must(Number(has[key]) > 0, `${stream.name}: ${key} is ${shown(has[key])}`);
        must(has.request_rate_limit_unit, `${stream.name}: request_rate_limit_unit is missing`);
        must(typeof stream.batch_support === "boolean", `${stream.name}: batch_support is missing`);
        must(Number(stream.batch_size) > 0, `${stream.name}: batch_size is ${shown(stream.batch_size)}`);
      }
    },
  },
  {
    id: "D05",
    what: "no stream, sync mode or column of the last release is gone, changed or newly required",
    needs: ["last_release"],
    async run({ discover, descriptor }) {
      const released = await readJson(descriptor.last_release);
      const now = await discover();
      for (const old of (released.catalog as { catalog: Catalog }).catalog.streams) {
        const stream = now.streams.find(({ name }) => name === old.name);
        must(stream, `the stream ${old.name} is gone`);
        must(stream.action === old.action, `${old.name}: the action was ${old.action}`);
        must(
          stream.batch_support === old.batch_support,
          `${old.name}: batch_support was ${old.batch_support}`,
        );
        const modes = stream.supported_sync_modes ?? [];
        const lost = (old.supported_sync_modes ?? []).filter((mode) => !modes.includes(mode));
        must(lost.length === 0, `${old.name}: sync modes are gone: ${lost.join(", ")}`);
        compareColumns(old, stream);
      }
    },
  },
  {
    id: "D06",
    what: "discover answers the same every time",
    async run({ discover }) {
      must(isDeepStrictEqual(await discover(), await discover()), "two answers differ");
    },
  },
];

const limitsOf = (of: Catalog | Stream) => {
  const { request_rate_limit, request_rate_limit_unit, request_rate_concurrency } = of;
  // The host takes a stream's 0 for "as the catalog says".
  return JSON.parse(
    JSON.stringify({
      request_rate_limit: request_rate_limit || undefined,
      request_rate_limit_unit,
      request_rate_concurrency,
    }),
  ) as Partial<Pick<Stream, "request_rate_limit" | "request_rate_limit_unit" | "request_rate_concurrency">>;
};

/**
 * A stream's columns, in either of the host's forms: a schema's properties, or lists of named inputs and outputs.
 */
const columnsOf = (schema: Schema): string[] => {
  if (isSchema(schema.properties)) return Object.keys(schema.properties);
  return [schema.input, schema.output].flatMap((part) => {
    if (Array.isArray(part)) return part.flatMap((item) => (isSchema(item) ? [String(item.name)] : []));
    return isSchema(part) ? columnsOf(part) : [];
  });
};

const compareColumns = (old: Stream, stream: Stream): void => {
  if (!isSchema(old.json_schema.properties)) return;
  const now = (stream.json_schema.properties ?? {}) as Record<string, Schema>;
  for (const [column, { type }] of Object.entries(old.json_schema.properties as Record<string, Schema>)) {
    must(now[column], `${old.name}: the column ${column} is gone`);
    must(isDeepStrictEqual(now[column].type, type), `${old.name}: ${column} was of type ${shown(type)}`);
  }
  const required = (of: Stream): unknown[] => (of.json_schema.required as unknown[] | undefined) ?? [];
  const added = required(stream).filter((column) => !required(old).includes(column));
  must(added.length === 0, `${old.name}: newly required: ${added.join(", ")}`);
};
