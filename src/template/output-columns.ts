import type { ConnectorError } from "../core/errors.js";
import { isObject, type Json } from "../core/json.js";
import type { ReasoningTags, Reply } from "../core/reply.js";
import { kindInSample, kindsOf } from "../models/answer/blocks.js";
import { splitReasoning } from "../models/answer/reasoning.js";
import { parseSample } from "./parse-sample.js";

/** Where the output columns of a row come from. */
export interface OutputColumns {
  readonly names: readonly string[];
  /** What of a reply they hold: its text, what fits a schema, or anything in its body. */
  readonly hold: "text" | "typed" | "named";
  /**
   * One value a name; `null` where the response lacks it. `null` as a whole when it lacks all of them. Failures:
   * `schema_mismatch`, `truncated`. `repaired` is called where JSON had to be mended to be read.
   */
  read(reply: Reply, repaired?: () => void): Record<string, Json> | ConnectorError | null;
}

/** Without a placeholder in the response format: the model's text, or its vector, in one column. */
export const textColumn = (outputField: string): OutputColumns => ({
  names: [outputField],
  hold: "text",
  read: ({ text, vector }) => {
    const answer = vector ?? text;
    return answer === null ? null : { [outputField]: answer };
  },
});

/**
 * Compiles a pasted sample response whose leaves `{{ name }}` name the output columns. In an array, an element
 * with a constant `type`, or with nothing but the key of a kind of blocks (`text`, `toolUse`), is found by that, else by
 * its place. A text leaf written as the model writes it,
 * `{{ thoughts }}</think>{{ answer }}`, takes inline reasoning apart.
 * @returns `null` when the sample holds no placeholder. @throws Error that says what to mend.
 */
export const compileOutputColumns = (sample: string): OutputColumns | null => {
  if (!sample.includes("{{")) return null;
  const found = new Map<string, Read>();
  collect(parseSample(sample), [], found);
  if (found.size === 0) throw new Error("has its {{ column }} in a key; a placeholder is a whole value");
  const columns = [...found];
  return {
    names: columns.map(([name]) => name),
    hold: "named",
    read(reply) {
      const values = columns.map(([name, read]) => [name, read(reply)] as const);
      if (values.every(([, value]) => value === undefined)) return null;
      return Object.fromEntries(values.map(([name, value]) => [name, value ?? null]));
    },
  };
};

type Read = (reply: Reply) => Json | undefined;
/** A key, a place in a list, or the nth element of a kind. */
type Step = string | number | { readonly kind: string; readonly nth: number };

const oneName = /^\{\{-?\s*([^{}|\s](?:[^{}|]*?[^{}|\s])??)\s*-?\}\}$/;
const reasoningAndName = /^(?:<\w+>)?\s*\{\{([^{}|]+)\}\}\s*<\/(\w+)>\s*\{\{([^{}|]+)\}\}$/;

const collect = (node: Json, path: readonly Step[], found: Map<string, Read>): void => {
  if (typeof node === "string") collectLeaf(node, path, found);
  else if (Array.isArray(node))
    node.forEach((item, index) => {
      collect(item, [...path, stepInto(node, index)], found);
    });
  else if (isObject(node))
    for (const [key, value] of Object.entries(node)) collect(value as Json, [...path, key], found);
};

const stepInto = (list: readonly Json[], index: number): Step => {
  const kind = kindInSample(list[index]);
  if (kind === null) return index;
  return { kind, nth: list.slice(0, index).filter((item) => kindInSample(item) === kind).length };
};

const isOf =
  (kind: string) =>
  (item: Json): boolean =>
    isObject(item) && kindsOf(item).includes(kind);

const collectLeaf = (leaf: string, path: readonly Step[], found: Map<string, Read>): void => {
  if (!leaf.includes("{{")) return;
  const add = (name: string | undefined, read: Read): void => {
    if (!name) throw new Error(`has a {{ column }} without a name at ${show(path)}`);
    if (name === "_bedrock" || found.has(name))
      throw new Error(`cannot use the column name ${name} ${name === "_bedrock" ? "(reserved)" : "twice"}`);
    found.set(name, read);
  };
  const reasoned = reasoningAndName.exec(leaf);
  if (reasoned) {
    const [, thoughts, tag, answer] = reasoned;
    const split = splitAt(path, { open: `<${tag}>`, close: `</${tag}>`, openedByPrompt: "always" });
    add(thoughts?.trim(), (reply) => split(reply)?.reasoning ?? undefined);
    add(answer?.trim(), (reply) => split(reply)?.text);
    return;
  }
  const name = oneName.exec(leaf)?.[1];
  if (name === undefined)
    throw new Error(
      leaf.split("{{").length > 2
        ? `has more than one {{ column }} in the value at ${show(path)}; a placeholder is a whole value`
        : `has something around or inside its {{ column }} at ${show(path)}; a placeholder is a whole value`,
    );
  add(name, readAt(path));
};

/** Takes the text at a path apart at the tag that the leaf itself shows. */
const splitAt =
  (path: readonly Step[], tags: ReasoningTags) =>
  ({ body }: Reply) => {
    const value = path.reduce<Json | undefined>(take, body);
    return typeof value === "string" ? splitReasoning(value, [tags]) : undefined;
  };

/** The value at a path; where that is the model's text or a block of it, the text without its reasoning. */
const readAt =
  (path: readonly Step[]): Read =>
  ({ body, rawText, text, reasoningTags }) => {
    const value = path.reduce<Json | undefined>(take, body);
    if (typeof value !== "string") return value;
    return value === rawText
      ? (text ?? undefined)
      : splitReasoning(value, reasoningTags.filter(isWhole)).text;
  };

/** A text that is not the whole answer has reasoning in it only where it shows both tags. */
const isWhole = ({ openedByPrompt }: ReasoningTags): boolean => !openedByPrompt;

const take = (node: Json | undefined, step: Step): Json | undefined => {
  if (typeof step === "string")
    return isObject(node) && Object.hasOwn(node, step) ? (node[step] as Json) : undefined;
  if (!Array.isArray(node)) return undefined;
  return typeof step === "number" ? node[step] : node.filter(isOf(step.kind))[step.nth];
};

const show = (path: readonly Step[]): string =>
  path.map((step) => (typeof step === "object" ? `[${step.kind}]` : String(step))).join(".");
