import type { Template as LiquidTemplate } from "liquidjs";
import { isObject, type Json } from "../core/json.js";
import { createLiquid } from "./liquid.js";
import { parseLeaf } from "./template.js";

/** A text of a sample that holds Liquid, taken apart. */
export interface Leaf {
  /** Where it stands, as errors name it: `messages[0].content`. */
  readonly path: string;
  readonly text: string;
  readonly parts: readonly LiquidTemplate[];
  /** What it reads of a record, each as the steps to it: `["user", "name"]`. */
  readonly variables: readonly (readonly unknown[])[];
}

/** The leaves of a sample request that has been compiled without an error, in their order. */
export const leavesOf = (sample: Json): Leaf[] => {
  const leaves: Leaf[] = [];
  mapTexts(sample, (text, path) => {
    if (!/\{[{%]/.test(text)) return text;
    const parts = parseLeaf(text, path);
    leaves.push({ path, text, parts, variables: variablesOf(parts) });
    return text;
  });
  return leaves;
};

/** What some parts read of a record. */
export const variablesOf = (parts: readonly LiquidTemplate[]): (readonly unknown[])[] =>
  liquid.globalVariableSegmentsSync([...parts]);

/** The same tree with every text in it changed. */
export const mapTexts = (node: Json, change: (text: string, path: string) => string, path = ""): Json => {
  if (typeof node === "string") return change(node, path);
  if (Array.isArray(node)) return node.map((item, index) => mapTexts(item, change, `${path}[${index}]`));
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      mapTexts(value as Json, change, path ? `${path}.${key}` : key),
    ]),
  );
};

/** Whether a text may print what stands in a record: one that only chooses between its own words does not. */
export const printsValues = ({ text, variables }: Pick<Leaf, "text" | "variables">): boolean =>
  variables.length > 0 && /\{\{|\{%-?\s*(?:echo|cycle|liquid)\b/.test(text);

const liquid = createLiquid();
