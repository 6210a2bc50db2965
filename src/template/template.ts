import { Context, type Template as LiquidTemplate, Output, toValueSync } from "liquidjs";
import { ConnectorError } from "../core/errors.js";
import type { Json, JsonObject } from "../core/json.js";
import { nearest } from "../core/nearest.js";
import { isBlank, note, type Printed, withPrinted } from "./blank.js";
import { wrongPattern } from "./constant-patterns.js";
import { compileFastLeaf } from "./fast-leaf.js";
import { renderWithFences } from "./fence.js";
import { toText } from "./host-filters.js";
import { createLiquid } from "./liquid.js";
import { parseSample } from "./parse-sample.js";
import { byName, nameIn, twoValues } from "./placeholders.js";
import { toJson } from "./to-json.js";

/** A request format, compiled once: a JSON tree whose string leaves may read a record's columns. */
export interface Template {
  /** The sample itself, placeholders and all. */
  readonly sample: JsonObject;
  /** The columns that the template reads, in the order of their first use. */
  readonly columns: readonly string[];
  /**
   * The request body for one record. A record's value can never change the body's shape, and is never
   * rendered again. Failures: `missing_column`, `template_failed`.
   */
  render(record: Record<string, unknown>): JsonObject | ConnectorError;
  /**
   * Whether all placeholders came out blank in a body that `render` made; where tags left all of them out, whether all
   * columns that the template reads are blank.
   */
  isBlank(body: JsonObject): boolean;
}

/** Compiles a pasted sample request. @throws Error with a sentence that says what to mend. */
export const compileTemplate = (text: string): Template => {
  const sample = parseSample(text);
  if (typeof sample !== "object" || sample === null || Array.isArray(sample))
    throw new Error("must be a JSON object, as the model's InvokeModel body is");
  const variables: Variable[] = [];
  const root = compileNode(sample, "", variables);
  // A column may itself be called `record`; what counts is how the template uses the name.
  const readsWholeRecord = variables.some(({ length, 0: name }) => name === "record" && length > 1);
  const columns = [...new Set(variables.flatMap(toColumn))];
  const hasPlaceholders = /\{\{/.test(text) && columns.length > 0;
  const blanks = new WeakSet<JsonObject>();
  return {
    sample: sample as JsonObject,
    columns,
    isBlank: (body) => blanks.has(body),
    render(record) {
      const scope = readsWholeRecord ? { ...record, record } : record;
      const printed: Printed = { any: false, something: false };
      try {
        const body = renderWithFences(
          (globals) => root(toRow(scope, withPrinted(globals, printed))) as JsonObject,
        );
        const nothing = printed.any
          ? !printed.something
          : hasPlaceholders && columns.every((column) => isBlank(scope[column]));
        if (nothing) blanks.add(body);
        return body;
      } catch (error) {
        return renderFailure(error, variables, Object.keys(record));
      }
    },
  };
};

/** For a placeholder that stands alone, whose value keeps its type. */
const typed = createLiquid();
/** For placeholders inside a longer text. */
const texts = createLiquid(function (value) {
  note(this.context.globals, value);
  return toText(value);
});

/** For placeholders that read no column, which say nothing of a row. */
const constants = createLiquid(toText);

/** A record as the leaves read it; Liquid's view of it is made for the first leaf that needs it. */
interface Rendering {
  readonly scope: Record<string, unknown>;
  note(value: unknown): void;
  context(): Context;
}

const toRow = (scope: Record<string, unknown>, globals: object): Rendering => {
  let context: Context | undefined;
  return {
    scope,
    note: (value) => note(globals, value),
    context() {
      context ??= new Context(scope, typed.options, { sync: true, globals });
      return context;
    },
  };
};

/** Yields the value of one node, or `undefined` to leave its key out. */
type Node = (row: Rendering) => Json | undefined;

/** The steps to a value, such as `["record", "Full name"]`; a step that a value decides is not a string. */
type Variable = readonly unknown[];

const compileNode = (node: Json, path: string, variables: Variable[]): Node => {
  if (typeof node === "string") return compileLeaf(node, path, variables);
  if (Array.isArray(node)) {
    const items = node.map((item, index) => compileNode(item, `${path}[${index}]`, variables));
    return (row) => items.map((item) => item(row)).filter((value) => value !== undefined);
  }
  if (node === null || typeof node !== "object") return () => node;
  const entries = Object.entries(node).map(([key, value]): [string, Node] => {
    if (/\{[{%]/.test(key))
      throw new Error(`has a placeholder in a key (in ${path || "the root"}); placeholders belong in values`);
    return [key, compileNode(value, path ? `${path}.${key}` : key, variables)];
  });
  return (row) => {
    const filled: [string, Json][] = [];
    for (const [key, node] of entries) {
      const value = node(row);
      if (value !== undefined) filled.push([key, value]);
    }
    return Object.fromEntries(filled);
  };
};

const compileLeaf = (text: string, path: string, variables: Variable[]): Node => {
  if (!/\{[{%]/.test(text)) return () => text;
  const alone = parseLeaf(text, path);
  const wrong = wrongPattern(alone);
  if (wrong) throw new Error(`has a pattern at ${path} that ${wrong}`);
  const found = typed.globalVariableSegmentsSync(alone);
  variables.push(...found);
  const fast = compileFastLeaf(
    text,
    found.flatMap((steps) => (steps.length === 1 ? [String(steps[0])] : [])),
  );
  const liquid = naming(path, compileLiquid(alone, text, path, found.length > 0 ? texts : constants));
  return fast ? (row) => fast(row) ?? liquid(row) : liquid;
};

const compileLiquid = (alone: LiquidTemplate[], text: string, path: string, engine: typeof texts): Node => {
  const [only] = alone;
  if (alone.length === 1 && only instanceof Output)
    return (row) => {
      const value = toValueSync(only.value.value(row.context(), false));
      if (engine === texts) row.note(value);
      return toJson(value);
    };
  const constant = parseLiquid(constants, text, path);
  const templates = parseLiquid(engine, text, path).map((part, index) =>
    part instanceof Output && typed.globalVariableSegmentsSync([part]).length === 0
      ? (constant[index] as LiquidTemplate)
      : part,
  );
  return (row) => {
    const context = row.context();
    // A name that a tag assigns in one leaf must not hide a column in another.
    return String(engine.renderSync(templates, context.spawn(context.environments))).toWellFormed();
  };
};

/** Lets a failure say at which leaf it happened. */
const naming =
  (path: string, node: Node): Node =>
  (row) => {
    try {
      return node(row);
    } catch (cause) {
      throw new LeafError(path, { cause });
    }
  };

/** The message is the leaf's path. */
class LeafError extends Error {}

/** The parts of one leaf, whose values keep their types. */
export const parseLeaf = (text: string, path: string): LiquidTemplate[] => parseLiquid(typed, text, path);

const parseLiquid = (liquid: typeof typed, text: string, path: string): LiquidTemplate[] => {
  const parts = parseOrThrow(liquid, text, path);
  const double = twoValues(parts);
  if (double === null) return parts;
  throw new Error(
    `has two values in one placeholder at ${path}: ${double}. A column of that name is ${byName(nameIn(double))}`,
  );
};

const parseOrThrow = (liquid: typeof typed, text: string, path: string): LiquidTemplate[] => {
  try {
    return liquid.parse(keepBackslashes(text));
  } catch (error) {
    const [sentence] = (error as Error).message.split("\n");
    const broken = text.match(/\{\{[^{}]*\}\}/g)?.find((placeholder) => !isLiquid(liquid, placeholder));
    const name = broken && nameIn(broken);
    throw new Error(
      `has a Liquid error at ${path}: ${sentence}${name ? `. A column called ${name} is ${byName(name)}` : ""}`,
    );
  }
};

const isLiquid = (liquid: typeof typed, placeholder: string): boolean => {
  try {
    return liquid.parse(placeholder).length > 0;
  } catch {
    return false;
  }
};

/** In the host's Liquid a backslash in a string is a backslash, which patterns need; here it would escape. */
const keepBackslashes = (text: string): string =>
  text.replace(rawOrMarkup, (part) => (rawBlock.test(part) ? part : part.replaceAll("\\", "\\\\")));

const rawBlock = /^\{%-?\s*raw\s*-?%\}/;
const rawOrMarkup = /\{%-?\s*raw\s*-?%\}[\s\S]*?endraw|\{[{%](?:'[^']*'|"[^"]*"|[^'"])*?[%}]\}/g;

/** The column behind what a template reads, unless a value decides which it is. */
export const toColumn = ([name, second]: Variable): string[] => {
  const column = name === "record" && second !== undefined ? second : name;
  return typeof column === "string" ? [column] : [];
};

/**
 * Liquid's own messages may quote values; only what stands in the template itself, and names of columns, are passed
 * on.
 */
const renderFailure = (
  error: unknown,
  variables: readonly Variable[],
  columns: readonly string[],
): ConnectorError => {
  const { cause: thrown, message: path } = error as LeafError;
  const cause = (thrown as { originalError?: unknown }).originalError ?? thrown;
  const { name, message, variableName } = cause as { name?: string; message?: string; variableName?: string };
  if (variableName !== undefined) {
    const written = variables.some((steps) => `${steps.join(".")}.`.startsWith(`${variableName}.`));
    if (!written) return new ConnectorError("missing_column", `It is one that ${path} reads.`);
    const meant = nearest(variableName.replace(/^record\./, ""), columns);
    return new ConnectorError(
      "missing_column",
      `Missing: ${variableName}, which ${path} reads. ${meant ? `Did you mean ${JSON.stringify(meant)}? ` : ""}` +
        'If it may be absent, give it a default: {{ … | default: "" }}.',
    );
  }
  if (name === "FilterError" || /limit exceeded/.test(message ?? ""))
    return new ConnectorError("template_failed", `At ${path}: ${message}.`);
  return new ConnectorError("template_failed", `It is at ${path}.`);
};
