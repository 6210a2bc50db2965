import { Liquid } from "liquidjs";
import type { Pipeline } from "../generated/pipeline.js";
import { hostFilters, toText } from "../template/host-filters.js";
import type { Quirk } from "./quirks.js";
import type { Fields } from "./secrets.js";

/** Turns a source row into the record that is written. @throws Error when a template fails. */
export type Mapping = (row: Fields) => Fields;

/**
 * Compiles a mapping. Without items, a row is written as it is. As in the host, only mapped fields are in the
 * record, a missing column is null, a template always gives text, and in it a missing column is empty text.
 * @throws Error that names the field when a template is not Liquid.
 */
export const compileMapping = (items: Pipeline["mapping"], quirks: ReadonlySet<Quirk>): Mapping => {
  if (!items?.length) return (row) => row;
  const engine = createEngine();
  const fields = items.map((item) => ({ path: item.to.split("."), read: compileItem(item, engine, quirks) }));
  return (row) => {
    const record: Fields = {};
    for (const { path, read } of fields) put(record, path, read(row));
    return record;
  };
};

type Item = NonNullable<Pipeline["mapping"]>[number];

const compileItem = (
  { from, to, mapping_type = "standard" }: Item,
  engine: Liquid,
  quirks: ReadonlySet<Quirk>,
): ((row: Fields) => unknown) => {
  if (mapping_type === "static") return () => from;
  const text = String(from);
  if (mapping_type === "standard") {
    const double = quirks.has("doubled_apostrophes");
    return (row) => {
      const value = Object.hasOwn(row, text) ? row[text] : null;
      return double && typeof value === "string" ? value.replaceAll("'", "''") : value;
    };
  }
  try {
    const template = engine.parse(text);
    return (row) => engine.renderSync(template, row);
  } catch (cause) {
    throw new Error(`the mapping of ${to} is not a Liquid template`, { cause });
  }
};

/** The host's Liquid is lax: unknown names and filters are passed over. It reads no files here. */
const createEngine = (): Liquid => {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    timezoneOffset: 0,
    outputEscape: toText,
  });
  for (const [name, filter] of Object.entries(hostFilters)) engine.registerFilter(name, filter);
  return engine;
};

const put = (record: Fields, [name = "", ...rest]: readonly string[], value: unknown): void => {
  const node = record as Record<string, unknown>;
  const inner = Object.hasOwn(node, name) ? node[name] : undefined;
  const next = rest.length === 0 ? value : typeof inner === "object" && inner !== null ? inner : {};
  // Defined, not assigned: a field may be called __proto__.
  Object.defineProperty(node, name, { value: next, enumerable: true, configurable: true, writable: true });
  if (rest.length > 0) put(next as Fields, rest, value);
};
