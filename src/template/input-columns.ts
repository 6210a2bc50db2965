import {
  Context,
  evalToken,
  type Template as LiquidTemplate,
  Output,
  type Token,
  toValueSync,
} from "liquidjs";
import type { Json } from "../core/json.js";
import { type Leaf, leavesOf, variablesOf } from "./leaves.js";
import { createLiquid } from "./liquid.js";

/** A column that a template reads, or a part of one. */
export interface ColumnNode {
  /** True when a record without it cannot be rendered. */
  required: boolean;
  /** True when it is only ever put into a longer text, as it is. */
  textOnly: boolean;
  /** The template's own default, where it gives one. */
  fallback?: Json | undefined;
  /** The parts that are read by name; empty where the whole is read. */
  readonly inner: Map<string, ColumnNode>;
}

/** The columns that a sample request reads. `open`: it also reads columns that only a row's values name. */
export const readInputColumns = (sample: Json): { columns: Map<string, ColumnNode>; open: boolean } => {
  const columns = new Map<string, ColumnNode>();
  const leaves = leavesOf(sample);
  for (const leaf of leaves) addLeaf(columns, leaf);
  const open = leaves.some(({ variables }) =>
    variables.some(
      ([name, second]) => name === "record" && second !== undefined && typeof second !== "string",
    ),
  );
  return { columns, open };
};

const addLeaf = (columns: Map<string, ColumnNode>, { parts, variables }: Leaf): void => {
  for (const steps of variables) addNode(columns, namesOf(steps).names);
  for (const part of parts) {
    const becomesText = parts.length > 1 && printsAsIs(part);
    for (const steps of variablesOf([part])) {
      const { names, whole } = namesOf(steps);
      const node = along(columns, names).at(-1);
      if (node && !(becomesText && whole)) node.textOnly = false;
    }
    for (const steps of missedBy(part, variables))
      for (const node of along(columns, namesOf(steps).names)) node.required = true;
    const given = defaultOf(part);
    const node = given && along(columns, namesOf(given.steps).names).at(-1);
    if (node) node.fallback = given.value;
  }
};

/** The steps that are names of fields; not `whole` where they go on, to a list's element or a text's length. */
const namesOf = (steps: readonly unknown[]): { names: string[]; whole: boolean } => {
  const path = steps[0] === "record" && steps.length > 1 ? steps.slice(1) : steps;
  const end = path.findIndex((step, at) => typeof step !== "string" || (at > 0 && builtIn.has(step)));
  return { names: (end < 0 ? path : path.slice(0, end)) as string[], whole: end < 0 };
};

const builtIn = new Set(["size", "first", "last"]);

/** `{{ name }}` and `{{ name | fence }}`, with or without a default: nothing that wants a value of some type. */
const printsAsIs = (part: LiquidTemplate): boolean =>
  part instanceof Output && part.value.filters.every(({ name }) => name === "default" || name === "fence");

const addNode = (columns: Map<string, ColumnNode>, [name, ...rest]: readonly string[]): void => {
  if (name === undefined) return;
  const node = columns.get(name) ?? { required: false, textOnly: true, inner: new Map() };
  columns.set(name, node);
  addNode(node.inner, rest);
};

/** The nodes on the way of some names, as far as there are any. */
const along = (columns: Map<string, ColumnNode>, [name, ...rest]: readonly string[]): ColumnNode[] => {
  const node = name === undefined ? undefined : columns.get(name);
  return node ? [node, ...along(node.inner, rest)] : [];
};

/** What a part cannot be rendered without: it is rendered again and again, with what it missed put in. */
const missedBy = (
  part: LiquidTemplate,
  variables: readonly (readonly unknown[])[],
): (readonly unknown[])[] => {
  const record: Record<string, unknown> = {};
  const missed: (readonly unknown[])[] = [];
  for (const _ of variables.flat()) {
    const name = missingName(part, record);
    const steps = variables.find((each) => `${each.join(".")}.`.startsWith(`${name}.`));
    if (name === null || !steps) break;
    const path = steps.slice(0, name.split(".").length);
    put(record, path, path.length < steps.length);
    missed.push(path);
  }
  return missed;
};

const missingName = (part: LiquidTemplate, record: object): string | null => {
  try {
    liquid.renderSync([part], new Context(record, liquid.options, { sync: true }));
    return null;
  } catch (error) {
    const cause = (error as { originalError?: { variableName?: string } }).originalError;
    return cause?.variableName ?? null;
  }
};

const put = (record: Record<string, unknown>, path: readonly unknown[], goesOn: boolean): void => {
  let node = record;
  for (const step of path.slice(0, -1)) node = node[String(step)] as Record<string, unknown>;
  node[String(path.at(-1))] = goesOn ? {} : "";
};

/** The default of `{{ city | default: "unknown" }}`, where it is a constant. */
const defaultOf = (part: LiquidTemplate): { steps: readonly unknown[]; value: Json } | null => {
  if (!(part instanceof Output)) return null;
  const [first] = part.value.filters;
  const reads = variablesOf([part]);
  const [steps] = reads;
  if (first?.name !== "default" || !steps || reads.length > 1) return null;
  const value: unknown = toValueSync(evalToken(first.args[0] as Token, new Context()));
  return ["string", "number", "boolean"].includes(typeof value) ? { steps, value: value as Json } : null;
};

const liquid = createLiquid();
