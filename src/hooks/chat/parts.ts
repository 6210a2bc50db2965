import { isObject, type Json, type JsonObject, tryParseJson } from "../../core/json.js";
import { documentName, mediumAt, mediumIn, mediumOf } from "./media.js";

/** Names what of a payload has no place in Converse. */
export type Complain = (place: string, sentence: string) => void;

/**
 * The content of a message as Converse's blocks: one text, or a list of OpenAI's or Anthropic's parts. A block of
 * Converse's own, and a part that is not known, go as they came. Blank texts are left out: the service refuses them.
 */
export const toBlocks = (content: unknown, place: string, complain: Complain): JsonObject[] => {
  if (typeof content === "string") return textBlock(content);
  const parts = Array.isArray(content) ? content : isObject(content) ? [content] : [];
  return parts.flatMap((part, index) => {
    const where = `${place}[${index}]`;
    if (typeof part === "string") return textBlock(part);
    if (!isObject(part)) return [];
    const read = typeof part.type === "string" && Object.hasOwn(readers, part.type) && readers[part.type];
    const blocks = read ? read(part as JsonObject, where, complain) : [part as JsonObject];
    return blocks.length > 0 && isObject(part.cache_control)
      ? [...blocks, cachePoint(part.cache_control as JsonObject)]
      : blocks;
  });
};

const textBlock = (text: Json | undefined): JsonObject[] =>
  typeof text === "string" && text.trim() !== "" ? [{ text }] : [];

/** Where a prompt is cached up to. */
export const cachePoint = ({ ttl }: JsonObject): JsonObject => ({
  cachePoint: { type: "default", ...(ttl !== undefined && { ttl }) },
});

type Reader = (part: JsonObject, place: string, complain: Complain) => JsonObject[];

const media =
  (kind: "image" | "video", find: (part: JsonObject) => ReturnType<typeof mediumAt>): Reader =>
  (part, place, complain) => {
    const medium = find(part);
    if (medium) return [{ [kind]: { ...medium } }];
    complain(place, `must be a data: address in base64, or s3:, since the service fetches no ${kind} itself`);
    return [];
  };

const document: Reader = ({ source, file, title, citations, context, ...flat }, place, complain) => {
  const { filename, file_data } = isObject(file) ? file : flat;
  const name = documentName(title ?? filename);
  const more = { ...(citations && { citations }), ...(context && { context }) };
  if (isObject(source) && source.type === "text")
    return [
      { document: { format: "txt", name, source: { text: source.data ?? "" }, ...more } } as JsonObject,
    ];
  if (isObject(source) && Array.isArray(source.content))
    return [
      {
        document: {
          format: "txt",
          name,
          source: { content: toBlocks(source.content, place, complain) },
          ...more,
        },
      },
    ];
  const medium = isObject(source) ? mediumIn(source) : mediumAt(file_data);
  if (medium) return [{ document: { ...medium, name, ...more } }];
  complain(place, "must hold its document in base64, since the service fetches none itself");
  return [];
};

const image = media("image", ({ image_url }) => mediumAt(isObject(image_url) ? image_url.url : image_url));

/** By the `type` of a part. */
const readers: Readonly<Record<string, Reader>> = {
  text: ({ text }) => textBlock(text),
  input_text: ({ text }) => textBlock(text),
  output_text: ({ text }) => textBlock(text),
  refusal: ({ refusal }) => textBlock(refusal),
  image_url: image,
  input_image: image,
  image: media("image", ({ source }) => mediumIn(source)),
  video_url: media("video", ({ video_url }) => mediumAt(isObject(video_url) ? video_url.url : video_url)),
  document,
  file: document,
  input_file: document,
  input_audio: ({ input_audio }) => {
    const { format, data } = isObject(input_audio) ? input_audio : {};
    return [{ audio: { ...mediumOf(String(format ?? ""), (data ?? null) as Json) } }];
  },
  tool_use: ({ id, name, input }) => [
    { toolUse: { toolUseId: id ?? "", name: name ?? "", input: input ?? {} } },
  ],
  tool_result: ({ tool_use_id, content, is_error }, place, complain) => [
    toolResult(tool_use_id, content, `${place}.content`, complain, is_error === true),
  ],
  thinking: ({ thinking, signature }) => [
    { reasoningContent: { reasoningText: { text: thinking ?? "", ...(signature && { signature }) } } },
  ],
  redacted_thinking: ({ data }) => [{ reasoningContent: { redactedContent: data ?? "" } }],
};

/** What a tool gave back. */
export const toolResult = (
  id: Json | undefined,
  content: unknown,
  place: string,
  complain: Complain,
  failed = false,
): JsonObject => {
  const blocks = toBlocks(content, place, complain);
  return {
    toolResult: {
      toolUseId: id ?? "",
      // A tool may have nothing to say.
      content: blocks.length > 0 ? blocks : [{ text: typeof content === "string" ? content : "" }],
      ...(failed && { status: "error" }),
    },
  };
};

/** The tools that an assistant's message called, as OpenAI writes them. */
export const toToolUses = (calls: Json | undefined, place: string, complain: Complain): JsonObject[] =>
  (Array.isArray(calls) ? calls : []).map((call, index) => {
    const { id = "", function: called } = (isObject(call) ? call : {}) as JsonObject;
    const { name = "", arguments: given = {} } = (isObject(called) ? called : {}) as JsonObject;
    const input = typeof given === "string" ? tryParseJson(given.trim() || "{}") : given;
    if (!isObject(input)) complain(`${place}[${index}].function.arguments`, "must be a JSON object, as text");
    return { toolUse: { toolUseId: id, name, input: input ?? {} } };
  });
