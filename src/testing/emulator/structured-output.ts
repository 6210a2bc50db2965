import { valueAt } from "../../core/json.js";
import type { Family, StructuredWay } from "../../models/families/family.js";
import { isFor } from "../../models/model-facts.js";
import { analyse } from "./analyse.js";
import { type HttpReply, refuse } from "./http-message.js";
import { readPrompt } from "./read-prompt.js";
import { type Schema, subsetFault } from "./schema-subset.js";
import { synthesise } from "./synthesise.js";

/** A schema that a request asks its answer to fit. */
export interface Wanted {
  readonly schema: Schema;
  /** `null` where it is asked for in words. */
  readonly way: StructuredWay | null;
  /** Where it stands in the body, for messages. */
  readonly place: string;
  /** The tool that has to be called with it. */
  readonly tool?: string;
}

/** What the model wrote. */
export interface Written {
  readonly text: string;
  /** The answer as a value, and the way that gives it to a tool. */
  readonly answer?: unknown;
  readonly tool?: StructuredWay;
}

/** The schema that a request names, in one of its family's ways or in the words that this package uses. */
export const findWanted = (
  json: Readonly<Record<string, unknown>>,
  prompt: string,
  family: Family,
): Wanted | null => {
  for (const way of family.structured ?? []) {
    const place = placeOf(way.body);
    const schema = place && isAsked(json, way.body) ? parsed(valueAt(json, place)) : null;
    if (schema && place) return { schema, way, place: place.join(".") };
  }
  const forced = forcedTool(json, family);
  if (forced) return forced;
  const schema = parsed(inWords.exec(prompt)?.[1]);
  return schema && { schema, way: null, place: "the prompt" };
};

/** The tool that a request of Converse's shape wants called: the one that it names or, of any, the first. */
const forcedTool = (
  { toolConfig }: Readonly<Record<string, unknown>>,
  { structured }: Family,
): Wanted | null => {
  const name = valueAt(toolConfig, ["toolChoice", "tool", "name"]);
  if (name === undefined && valueAt(toolConfig, ["toolChoice", "any"]) === undefined) return null;
  const tools = [valueAt(toolConfig, ["tools"])].flat().map((tool) => valueAt(tool, ["toolSpec"]));
  const tool = tools.find((spec) => isTree(spec) && (name === undefined || spec.name === name));
  const schema = parsed(valueAt(tool, ["inputSchema", "json"]));
  const way = structured?.find(({ kind }) => kind === "tool");
  if (!schema || !way) return null;
  return { schema, way, place: "toolConfig", tool: String(valueAt(tool, ["name"])) };
};

/** The service's words for a schema that it cannot keep to, or for a model that keeps to none. */
export const refuseUnfit = (
  { schema, way, place }: Wanted,
  baseId: string,
  family: Family,
): HttpReply | null => {
  if (way?.kind !== "native") return null;
  const takes = family.structured?.some((known) => known.kind === "native" && isFor(known, baseId));
  if (!takes) return refuse(400, "ValidationException", `${place}: Extra inputs are not permitted`);
  const fault = subsetFault(schema);
  return fault === null ? null : refuse(400, "ValidationException", `${place}: ${fault}`);
};

/** An answer that fits; in a code fence with a word before it where it was only asked for in words. */
export const writeFitting = ({ schema, way }: Wanted, prompt: string): Written => {
  const { data } = readPrompt(prompt.replace(inWords, "").replace(instruction, ""));
  const answer = synthesise(schema, analyse(data));
  const text = JSON.stringify(answer);
  if (!way) return { text: `Here is the answer:\n\n\`\`\`json\n${text}\n\`\`\``, answer };
  return { text, answer, ...(way.reply !== undefined && { tool: way }) };
};

const inWords = /JSON Schema:\n(\{.*\})/;
const instruction = /Answer with one JSON object and nothing else[^\n]*/;

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const parsed = (value: unknown): Schema | null => {
  if (typeof value !== "string") return isTree(value) ? value : null;
  try {
    return parsed(JSON.parse(value) as object);
  } catch {
    return null;
  }
};

/** The keys to the leaf that stands for the schema. */
const placeOf = (tree: unknown): string[] | null => {
  if (tree === "{{ schema }}" || tree === "{{ schema_text }}") return [];
  if (!isTree(tree)) return null;
  for (const [key, node] of Object.entries(tree)) {
    const rest = placeOf(node);
    if (rest) return [key, ...rest];
  }
  return null;
};

/** Whether a body has everything that a way sets, descriptions aside. */
const isAsked = (body: unknown, asked: unknown): boolean => {
  if (!isTree(asked)) return body === asked || /^\{\{/.test(String(asked));
  return (
    isTree(body) &&
    Object.entries(asked).every(([key, node]) => key === "description" || isAsked(body[key], node))
  );
};
