import { Liquid, TagToken, type Template } from "liquidjs";
import type { Pipeline } from "../generated/pipeline.js";
import { hostFilters, toText } from "../template/host-filters.js";
import type { Quirk } from "./quirks.js";
import type { Fields } from "./secrets.js";

/** Turns a source row into what is written: a record, but for a quirk. @throws Error when a template fails. */
export type Mapping = (row: Fields) => Fields | true;

/**
 * Compiles a mapping. Without items, a row is written as it is. As in the host, only mapped fields are in the
 * record, a missing column is null, a template always gives text, and in it a missing column is empty text.
 * @throws Error that names the field when a template is not Liquid.
 */
export const compileMapping = (items: Pipeline["mapping"], quirks: ReadonlySet<Quirk>): Mapping => {
  if (!items?.length) return (row) => row;
  try {
    return compileItems(items, quirks);
  } catch (error) {
    if (quirks.has("true_for_broken_rows")) return () => true;
    throw error;
  }
};

/** The columns that a mapping reads; of a template those that no tag of its own makes. */
export const columnsRead = ({ from, mapping_type = "standard" }: Item): string[] => {
  if (mapping_type === "static") return [];
  if (mapping_type === "standard") return [String(from)];
  try {
    return createEngine(new Set()).globalVariablesSync(String(from));
  } catch {
    // What is wrong with it is said where it is compiled.
    return [];
  }
};

type Item = NonNullable<Pipeline["mapping"]>[number];

const compileItems = (items: readonly Item[], quirks: ReadonlySet<Quirk>): Mapping => {
  const engine = createEngine(quirks);
  const fields = items.map((item) => ({ path: item.to.split("."), read: compileItem(item, engine, quirks) }));
  return (row) => {
    const record: Fields = {};
    for (const { path, read } of fields) put(record, path, read(row));
    return record;
  };
};

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
const createEngine = (quirks: ReadonlySet<Quirk>): Liquid => {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    timezoneOffset: 0,
    outputEscape: toText,
  });
  for (const [name, filter] of Object.entries(hostFilters)) engine.registerFilter(name, filter);
  if (quirks.has("inline_liquid_errors")) printErrors(engine);
  return engine;
};

/** In place of what fails, at whatever depth, stands what Ruby's Liquid prints there; the rest goes on. */
const printErrors = ({ renderer }: Liquid): void => {
  const render = renderer.renderTemplates.bind(renderer);
  renderer.renderTemplates = (templates, context, emitter) =>
    render(templates.map(lenient), context, emitter);
};

const lenient = (template: Template): Template => ({
  token: template.token,
  *render(context, emitter): Generator<unknown, unknown> {
    try {
      return yield template.render(context, emitter);
    } catch (error) {
      return assigns(template) ? "" : `Liquid error: ${errorInRuby(error as Error)}`;
    }
  },
});

/** The tag has filters and prints nothing, not even its error. */
const assigns = ({ token }: Template): boolean => token instanceof TagToken && token.name === "assign";

/** Ruby's Liquid has words for an error of arguments, as a date that is none; of any other it tells nothing. */
const errorInRuby = ({ message }: Error): string =>
  message.startsWith("to_datetime:") ? "invalid date" : "internal";

const put = (record: Fields, [name = "", ...rest]: readonly string[], value: unknown): void => {
  const node = record as Record<string, unknown>;
  const inner = Object.hasOwn(node, name) ? node[name] : undefined;
  const next = rest.length === 0 ? value : typeof inner === "object" && inner !== null ? inner : {};
  // Defined, not assigned: a field may be called __proto__.
  Object.defineProperty(node, name, { value: next, enumerable: true, configurable: true, writable: true });
  if (rest.length > 0) put(next as Fields, rest, value);
};
