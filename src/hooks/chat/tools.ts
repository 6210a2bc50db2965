import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { cachePoint } from "./parts.js";

/** The tools of a request: Converse's, and those that only the model's vendor knows, as they came. */
interface Tools {
  readonly toolConfig: JsonObject | null;
  readonly vendors: JsonObject[];
}

/**
 * Tools and the choice among them, as OpenAI or Anthropic writes them. Converse wants the tools that messages have used
 * also where a request no longer offers any; `none`, for which it has no word, leaves the others out.
 */
export const toTools = (given: unknown, choice: unknown, messages: readonly JsonObject[]): Tools => {
  const offered = (Array.isArray(given) ? given : []).filter((tool): tool is JsonObject => isObject(tool));
  const specs = isNone(choice) ? [] : offered.flatMap(toSpecs);
  const tools = specs.length > 0 ? specs : usedTools(messages, offered.flatMap(toSpecs));
  const toolChoice = specs.length > 0 ? toChoice(choice) : null;
  return {
    toolConfig: tools.length > 0 ? { tools, ...(toolChoice && { toolChoice }) } : null,
    vendors: isNone(choice) ? [] : offered.filter((tool) => toSpecs(tool).length === 0),
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
  const { type, name, function: named, ...rest } = isObject(choice) ? choice : { type: choice };
  if (type === "auto" || type === undefined || type === null)
    return Object.keys(rest).some(isConverses) ? (choice as JsonObject) : null;
  if (type === "required" || type === "any") return { any: {} };
  const tool = isObject(named) ? named.name : name;
  return tool === undefined ? (choice as JsonObject) : ({ tool: { name: tool } } as JsonObject);
};

const isConverses = (key: string): boolean => key === "auto" || key === "any" || key === "tool";

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
