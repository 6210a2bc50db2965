import { ConnectorError } from "../../core/errors.js";
import { isObject, type Json, type JsonObject } from "../../core/json.js";
import type { Complain } from "./parts.js";
import { toTools } from "./tools.js";
import { foldSystem, toTurns } from "./turns.js";

/** What a payload of a chat is as a request of Converse. */
interface Translated {
  readonly request: JsonObject;
  /** Keys that neither Converse nor a model has a word for, by their paths. */
  readonly leftOut: readonly string[];
}

/** What of the model that is called makes a difference. */
interface Called {
  readonly takesSystem: boolean;
  readonly singleInChoice: boolean;
}

/**
 * A payload of OpenAI's chat completions or of Anthropic's messages as a request of Converse. Which model is called, the
 * settings say. What has no word there goes to the model as it came, in `additionalModelRequestFields`; keys of Converse's
 * own stay. Failure: `invalid_body`, which names every place.
 */
export const toConverse = (payload: JsonObject, called: Called): Translated | ConnectorError => {
  const problems: string[] = [];
  const complain: Complain = (place, sentence) => void problems.push(`${place} ${sentence}`);
  const speaking = withoutSilent(payload);
  const left = new Set(Object.keys(speaking).filter((key) => callers.has(key)));
  const leaveOut = (path: string): void => void left.add(path);
  const { messages, system, tools, tool_choice: choice, parallel_tool_calls, toolConfig, ...rest } = speaking;
  const talk = toTurns(Array.isArray(messages) ? messages : [], system, { complain, leaveOut });
  const asked = toTools(
    { tools, choice, parallel: parallel_tool_calls },
    talk.messages,
    called.singleInChoice,
  );
  if (problems.length > 0) return new ConnectorError("invalid_body", `${problems.join("; ")}.`);
  const { request, extra } = toSettings(without(rest, callers));
  const own = isObject(request.additionalModelRequestFields) ? request.additionalModelRequestFields : {};
  const fields = { ...extra, ...asked.vendors, ...own } as JsonObject;
  const toolSettings = toolConfig ?? asked.toolConfig;
  return {
    request: {
      ...request,
      messages: called.takesSystem ? talk.messages : foldSystem(talk),
      ...(called.takesSystem && talk.system.length > 0 && { system: talk.system }),
      ...(toolSettings && { toolConfig: toolSettings }),
      ...(Object.keys(fields).length > 0 && { additionalModelRequestFields: fields }),
    },
    leftOut: [...left],
  };
};

/** The payload without what is null, and without what says nothing. */
const withoutSilent = (payload: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(without(payload, carriers)).filter(
      ([key, value]) => value !== null && !(Object.hasOwn(usual, key) && sameJson(usual[key], value)),
    ),
  );

const without = (payload: JsonObject, keys: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(payload).filter(([key]) => !keys.has(key)));

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** How a payload goes to its vendor, which the settings say here. */
const carriers = new Set(["model", "stream", "stream_options", "anthropic_version"]);

/** What concerns the caller and the vendor's own service. */
const callers = new Set(["user", "store", "safety_identifier", "prompt_cache_key"]);

/** What is so anyway. */
const usual: JsonObject = {
  n: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  logprobs: false,
  top_logprobs: 0,
  logit_bias: {},
  parallel_tool_calls: true,
  stop: [],
  stop_sequences: [],
};

/** What stands beside the conversation: in Converse's words as far as it has any, and the rest. */
const toSettings = (rest: JsonObject): { request: JsonObject; extra: JsonObject } => {
  const {
    max_tokens,
    max_completion_tokens,
    temperature,
    top_p,
    stop,
    stop_sequences,
    response_format,
    metadata,
    service_tier,
    inferenceConfig,
    ...others
  } = rest;
  const stops = stop_sequences ?? (typeof stop === "string" ? [stop] : stop);
  const limits = {
    ...defined({
      maxTokens: max_completion_tokens ?? max_tokens,
      temperature,
      topP: top_p,
      stopSequences: stops,
    }),
    ...(isObject(inferenceConfig) ? inferenceConfig : {}),
  } as JsonObject;
  const format = toTextFormat(response_format);
  const isConverses = ([key]: [string, Json]): boolean => /^[a-z]+[A-Z]/.test(key);
  return {
    request: {
      ...Object.fromEntries(Object.entries(others).filter(isConverses)),
      ...(Object.keys(limits).length > 0 && { inferenceConfig: limits }),
      ...(format && { outputConfig: { textFormat: format } }),
      ...(isTexts(metadata) && { requestMetadata: metadata }),
      ...(typeof service_tier === "string" &&
        !usualTiers.has(service_tier) && { serviceTier: { type: service_tier } }),
    } as JsonObject,
    extra: {
      ...Object.fromEntries(Object.entries(others).filter((entry) => !isConverses(entry))),
      ...(metadata !== undefined && !isTexts(metadata) && { metadata }),
      ...defined({ response_format: format || isPlain(response_format) ? undefined : response_format }),
    } as JsonObject,
  };
};

const defined = (values: Record<string, Json | undefined>): Record<string, Json | undefined> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const usualTiers = new Set(["auto", "default", "standard_only"]);

/** What stands in the logs of calls, and says nothing to a model. */
const isTexts = (value: Json | undefined): boolean =>
  isObject(value) &&
  Object.values(value).length > 0 &&
  Object.values(value).every((text) => typeof text === "string");

const isPlain = (format: Json | undefined): boolean => isObject(format) && format.type === "text";

const toTextFormat = (format: Json | undefined): JsonObject | null => {
  const asked = isObject(format) && format.type === "json_schema" ? format.json_schema : null;
  if (!isObject(asked) || !isObject(asked.schema)) return null;
  const { schema, name, description } = asked as JsonObject;
  const jsonSchema = { schema: JSON.stringify(schema), ...defined({ name, description }) };
  return { type: "json_schema", structure: { jsonSchema } } as JsonObject;
};
