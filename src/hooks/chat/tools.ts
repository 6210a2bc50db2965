import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { cachePoint } from "./parts.js";

/** The tools of a request: Converse's, and what only the model's vendor knows, in the vendor's words. */
interface Tools {
  readonly toolConfig: JsonObject | null;
  /** `tools` and `tool_choice` of the vendor's own body. */
  readonly vendors: JsonObject;
}

/** Tools and the choice among them, as OpenAI or Anthropic writes them. */
interface Given {
  readonly tools: unknown;
  readonly choice: unknown;
  /** OpenAI's `parallel_tool_calls`. */
  readonly parallel: unknown;
}

/**
 * Converse wants the tools that messages have used also where a request no longer offers any; `none`, for which it has
 * no word, leaves the others out. Nor has it a word for one call at a time: that choice is the vendor's whole, since
 * Anthropic's models refuse a choice that stands in both places.
 */
export const toTools = (
  { tools: given, choice, parallel }: Given,
  messages: readonly JsonObject[],
  singleInChoice: boolean,
): Tools => {
  const offered = (Array.isArray(given) ? given : []).filter((tool): tool is JsonObject => isObject(tool));
  const specs = isNone(choice) ? [] : offered.flatMap(toSpecs);
  const tools = specs.length > 0 ? specs : usedTools(messages, offered.flatMap(toSpecs));
  const toolChoice = specs.length > 0 ? toChoice(choice) : null;
  const own = isNone(choice) ? [] : offered.filter((tool) => toSpecs(tool).length === 0);
  const vendors =
    specs.length > 0
      ? toSingle(choice, toolChoice, parallel, singleInChoice)
      : own.length > 0 && {
          ...(choice !== undefined && { tool_choice: choice as Json }),
          ...(parallel === false && { parallel_tool_calls: false }),
        };
  const isElsewhere = vendors && "tool_choice" in vendors;
  return {
    toolConfig: tools.length > 0 ? { tools, ...(toolChoice && !isElsewhere && { toolChoice }) } : null,
    vendors: { ...(own.length > 0 && { tools: own }), ...vendors },
  };
};

/** What asks for one call at a time, in the vendor's words; `null` where nothing does. */
const toSingle = (
  choice: unknown,
  toolChoice: JsonObject | null,
  parallel: unknown,
  singleInChoice: boolean,
): JsonObject | null => {
  const isAsked = isObject(choice) && choice.disable_parallel_tool_use === true;
  if (!isAsked && parallel !== false) return null;
  if (!isAsked && !singleInChoice) return { parallel_tool_calls: false };
  const { tool, any } = toolChoice ?? {};
  const type = isObject(tool) ? "tool" : any ? "any" : "auto";
  return {
    tool_choice: { type, ...(isObject(tool) && (tool as JsonObject)), disable_parallel_tool_use: true },
  };
};

/** The tool in Converse's form, with its cache point; none for a tool that its vendor runs or knows by its type. */
const toSpecs = (tool: JsonObject): JsonObject[] => {
  if ("toolSpec" in tool || "cachePoint" in tool || "systemTool" in tool) return [tool];
  const own = isObject(tool.function) ? (tool.function as JsonObject) : tool;
  const schema = own.parameters ?? own.input_schema;
  if (tool.type !== "function" && schema === undefined) return [];
  const { name = "", description, strict } = own;
  const spec = {
    name,
    ...(typeof description === "string" && description.trim() !== "" && { description }),
    inputSchema: { json: schema ?? { type: "object", properties: {} } },
    ...(strict === true && { strict }),
  } as JsonObject;
  const { cache_control } = tool;
  return [{ toolSpec: spec }, ...(isObject(cache_control) ? [cachePoint(cache_control as JsonObject)] : [])];
};

const isNone = (choice: unknown): boolean =>
  choice === "none" || (isObject(choice) && choice.type === "none");

/** `null` where the model is free, which is what Converse does without a choice. One that is not known goes as it came. */
const toChoice = (choice: unknown): JsonObject | null => {
  const { type, name, function: named } = isObject(choice) ? choice : { type: choice };
  if (type === "auto") return null;
  if (type === "required" || type === "any") return { any: {} };
  const tool = isObject(named) ? named.name : name;
  if (tool !== undefined) return { tool: { name: tool } } as JsonObject;
  return (choice ?? null) as JsonObject | null;
};

/** The tools that messages have called, with the best that is known of each. */
const usedTools = (messages: readonly JsonObject[], known: readonly JsonObject[]): JsonObject[] => {
  const uses = messages.flatMap(({ content }) => (content as JsonObject[]).map(({ toolUse }) => toolUse));
  const names = new Set(uses.flatMap((use) => (isObject(use) ? [use.name as Json] : [])));
  return [...names].map(
    (name) =>
      known.find(({ toolSpec }) => isObject(toolSpec) && toolSpec.name === name) ?? {
        toolSpec: { name, inputSchema: { json: { type: "object" } } },
      },
  );
};
