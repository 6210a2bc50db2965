import { Context, Drop, type Liquid, type Template as LiquidTemplate, Output, toValueSync } from "liquidjs";
import { ConnectorError } from "./errors.js";
import type { Json, JsonObject } from "./json.js";
import { createLiquid } from "./liquid.js";
import { parseSample } from "./sample.js";

/** A request format, compiled once: a JSON tree whose string leaves may read a record's columns. */
export interface Template {
  /** The columns that the template reads, in the order of their first use. */
  readonly columns: readonly string[];
  /**
   * The request body for one record. A record's value can never change the body's shape, and is never
   * rendered again. Failures: `missing_column`, `template_failed`.
   */
  render(record: Record<string, unknown>): JsonObject | ConnectorError;
}

/** Compiles a pasted sample request. @throws Error with a sentence that says what to mend. */
export const compileTemplate = (text: string): Template => {
  const sample = parseSample(text);
  if (typeof sample !== "object" || sample === null || Array.isArray(sample))
    throw new Error("must be a JSON object, as the model's InvokeModel body is");
  const columns = new Set<string>();
  const root = compileNode(sample, "", columns);
  return {
    columns: [...columns],
    render(record) {
      const context = new Context(record, liquid.options, { globals: { record }, sync: true });
      try {
        return root(context) as JsonObject;
      } catch (error) {
        return toConnectorError(error);
      }
    },
  };
};

const liquid: Liquid = createLiquid();

/** Yields the value of one node, or `undefined` to leave its key out. */
type Node = (context: Context) => Json | undefined;

const compileNode = (node: Json, path: string, columns: Set<string>): Node => {
  if (typeof node === "string") return compileLeaf(node, path, columns);
  if (Array.isArray(node)) {
    const items = node.map((item, index) => compileNode(item, `${path}[${index}]`, columns));
    return (context) => items.map((item) => item(context)).filter((value) => value !== undefined);
  }
  if (node === null || typeof node !== "object") return () => node;
  const entries = Object.entries(node).map(([key, value]): [string, Node] => {
    if (/\{[{%]/.test(key))
      throw new Error(`has a placeholder in a key (in ${path || "the root"}); placeholders belong in values`);
    return [key, compileNode(value, path ? `${path}.${key}` : key, columns)];
  });
  return (context) => {
    const object: JsonObject = {};
    for (const [key, compute] of entries) {
      const value = compute(context);
      // Object.fromEntries and assignment differ for "__proto__"; a body key is always an own property.
      if (value !== undefined) Object.defineProperty(object, key, { value, ...plainProperty });
    }
    return object;
  };
};

const plainProperty = { writable: true, enumerable: true, configurable: true } as const;

const compileLeaf = (text: string, path: string, columns: Set<string>): Node => {
  if (!/\{[{%]/.test(text)) return () => text;
  const templates = parseLiquid(text, path);
  for (const column of readColumns(templates)) columns.add(column);
  const [only] = templates;
  if (templates.length === 1 && only instanceof Output)
    return (context) => toJson(toValueSync(only.value.value(context, false)));
  // A name that a tag assigns in one leaf must not hide a column in another.
  return (context) =>
    String(liquid.renderSync(templates, context.spawn(context.environments))).toWellFormed();
};

const parseLiquid = (text: string, path: string): LiquidTemplate[] => {
  try {
    return liquid.parse(text);
  } catch (error) {
    const [sentence] = (error as Error).message.split("\n");
    throw new Error(`has a Liquid error at ${path}: ${sentence}`);
  }
};

/** The first names of all variables; `record["a b"]` reads the column `a b`. */
const readColumns = (templates: LiquidTemplate[]): string[] =>
  liquid
    .globalVariableSegmentsSync(templates)
    .flatMap(([name, second]) => (name === "record" && second !== undefined ? [second] : [name]))
    .filter((name) => typeof name === "string");

/** A value that stands alone in its quotes keeps its type; null leaves the key out. */
const toJson = (value: unknown): Json | undefined => {
  if (value === null || value === undefined || value instanceof Drop) return undefined;
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "object") return JSON.parse(JSON.stringify(value)) as Json;
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && !Number.isFinite(value) ? undefined : (value as Json);
};

/** Liquid's own messages may quote values; only those that cannot are passed on. */
const toConnectorError = (error: unknown): ConnectorError => {
  const cause = (error as { originalError?: unknown }).originalError ?? error;
  const { name, message, variableName } = cause as { name?: string; message?: string; variableName?: string };
  if (variableName !== undefined)
    return new ConnectorError(
      "missing_column",
      `Missing: ${variableName}. If it may be absent, write {{ ${variableName} | default: "" }}.`,
    );
  if (name === "FilterError" || /limit exceeded/.test(message ?? ""))
    return new ConnectorError("template_failed", `${message}.`);
  return new ConnectorError("template_failed");
};
