import { ExactNumber } from "../core/exact-number.js";
import { isObject, type JsonObject, valueAt } from "../core/json.js";
import type { Family } from "./families/family.js";

/**
 * The most output tokens that a body asks for: the largest limit that it sets under any name, times the answers that it asks
 * for. `null` where it sets none; a sentence where a limit or a number of answers is none.
 */
export const mostOutput = (body: JsonObject, family: Family | null): number | null | string => {
  if (family?.vector) return 0;
  let most: number | null = null;
  for (const path of family?.request.maxTokens ?? []) {
    const limit = valueAt(body, path) ?? null;
    if (limit === null) continue;
    const count = wholeOf(limit);
    if (count === null || count < 0) return `${path.join(".")} must be a whole number of at least 0.`;
    most = Math.max(most ?? 0, count);
  }
  let answers = 1;
  const fault = findInSettings(body, (path, name, value) => {
    const count = wholeOf(value);
    if (limitName.test(name) && family && value !== null) {
      if (count === null || count < 0) return `${path}${name} must be a whole number of at least 0.`;
      most = Math.max(most ?? 0, count);
    } else if (answersName.test(name) && value !== null) {
      if (count === null || count < 1) return `${path}${name} must be a whole number of at least 1.`;
      answers = Math.max(answers, count);
    }
    return null;
  });
  return fault ?? (most === null ? null : most * answers);
};

/** A name of a limit of tokens, whoever's API it is; a budget of reasoning may be above the limit of the answer. */
const limitName =
  /^(max_?\w*tokens?|max_?tokens?_?\w+|max_?(\w+_)?(len|length|output)|(thinking|reasoning)_?budget|(\w+_)?budget_?tokens?|num_?predict)$/i;

/** A name of the number of answers. */
const answersName =
  /^(n|best_?of|(n|num|number_?of)_?(generations|completions|results|return_?sequences|samples|choices|candidates|outputs|answers|responses)|candidate_?count)$/i;

const wholeOf = (value: unknown): number | null => {
  const count = value instanceof ExactNumber ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) ? count : null;
};

/**
 * Looks at what stands at the top of a body and in its objects of settings, numbers and what may be taken for one, up to the
 * first that `look` finds something about. What is in lists is content. `path` ends with a point, or is empty.
 */
const findInSettings = (
  body: JsonObject,
  look: (path: string, name: string, value: unknown) => string | null,
  path = "",
  depth = 0,
): string | null => {
  for (const name of Object.keys(body)) {
    const value: unknown = body[name];
    let found: string | null = null;
    if (value instanceof ExactNumber || !(isObject(value) || Array.isArray(value)))
      found = look(path, name, value);
    else if (isObject(value) && depth < mostDepth && !notSettings.test(name))
      found = findInSettings(value as JsonObject, look, `${path}${name}.`, depth + 1);
    if (found !== null) return found;
  }
  return null;
};

const mostDepth = 3;
/** Schemas, and words of the user's own. */
const notSettings = /schema|^properties$|^tool_?config$|metadata|variables/i;

/** What of a body its length in bytes does not bound. */
interface BeyondBytes {
  /** Input tokens that come to it. */
  readonly tokens: number;
  /** What nothing bounds, named; nothing where all is bounded. */
  readonly unbounded: readonly string[];
}

/**
 * Looks for what may take more input tokens than a body has bytes. Texts never do. Definitions of tools bring a prompt of the
 * service's own, and images of Claude have a most; all else that is no text may be anything.
 */
export const beyondBytes = (body: JsonObject, modelFamily: Family | null): BeyondBytes => {
  const unbounded = new Set<string>();
  const image = modelFamily?.name === "claude" ? claudeImage : null;
  let tokens = 0;
  const addImages = (): void => {
    if (image === null) unbounded.add("an image");
    else tokens += image;
  };
  const look = (value: unknown, name: string, inMessage: boolean): void => {
    if (Array.isArray(value)) for (const item of value) look(item, name, inMessage);
    if (!isObject(value)) return;
    const { type } = value;
    if (type === "image") {
      addImages();
      return;
    }
    if (inMessage && typeof type === "string" && !boundTypes.has(type)) unbounded.add(type);
    for (const [key, inner] of Object.entries(value)) {
      if (/^(tools|functions)$/.test(key) && Array.isArray(inner)) {
        if (inner.length > 0) tokens += toolsPrompt + inner.length * eachTool;
        for (const tool of inner) lookAtTool(tool);
      } else if (key === "image" && inMessage) addImages();
      else if (isMedia.test(key) && inner !== null) unbounded.add(key);
      else if (isMore.test(key) && inner !== null && !inMessage) unbounded.add(key);
      else if (inMessage && (key === "url" || key === "uri")) unbounded.add(`${name}.${key}`);
      else if (key === "performanceConfig" && valueAt(inner, ["latency"]) === "optimized")
        unbounded.add("performanceConfig, whose price is not known");
      else if (!isSchema.test(key) && !(inMessage && isGiven.test(key)))
        look(inner, key, inMessage || isMessages.test(key));
    }
  };
  const lookAtTool = (tool: unknown): void => {
    if (!isObject(tool)) return;
    const { type } = tool;
    if (typeof type === "string" && type !== "custom" && type !== "function")
      unbounded.add(`the tool ${type}`);
    for (const name of Object.keys(tool)) if (/^system_?tool$/i.test(name)) unbounded.add(name);
  };
  look(body, "body", false);
  return { tokens, unbounded: [...unbounded] };
};

/** Anthropic's page on tool use tells of up to 530 tokens for its prompt; other vendors tell of none. */
const toolsPrompt = 1_000;
const eachTool = 64;

/** Anthropic's page on vision: the largest image takes 4,784 tokens. */
const claudeImage = 4_784;

const isMessages = /^(messages|system)$/;
const isSchema = /schema/i;
/** What was given to a tool, or came of it, as JSON. */
const isGiven = /^(arguments|input|json)$/;

/** Words for what is not in the body, or is no text in it. */
const isMedia =
  /image|video|audio|^(document|file|file_?id|media|s3_?(location|uri)|promptVariables|connectors|search_?queries_?only|document_url|input_file)$/i;

/** Settings by which a service fetches something, or adds it, beside what is in the body. */
const isMore = /^(mcp_?servers|container|web_?search\w*|data_?sources?|plugins|retrieval\w*|knowledge\w*)$/i;

/** Types of blocks in messages whose tokens are in their bytes. */
const boundTypes: ReadonlySet<string> = new Set([
  ...["text", "thinking", "redacted_thinking", "tool_use", "tool_result", "function", "ephemeral", "default"],
  ...["reasoning", "input_text", "output_text", "refusal", "summary_text", "tool_call", "json", "qualifiers"],
]);
