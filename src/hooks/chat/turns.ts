import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { type Complain, cachePoint, toBlocks, toolResult, toToolUses } from "./parts.js";

/** A conversation as Converse has it: what the system says apart, and turns that alternate. */
interface Conversation {
  readonly system: JsonObject[];
  readonly messages: JsonObject[];
}

/** They hear of what of a payload has no place in Converse. */
interface Listeners {
  readonly complain: Complain;
  /** Gets the path of a key that nothing is made of. */
  readonly leaveOut: (path: string) => void;
}

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: JsonObject[];
}

/**
 * Reads messages of OpenAI's or Anthropic's. The system's words are collected from wherever they stand; what a tool gave
 * back belongs to the user's turn; turns of one role that follow each other are one. Messages that say nothing are left out.
 */
export const toTurns = (
  messages: readonly Json[],
  system: unknown,
  { complain, leaveOut }: Listeners,
): Conversation => {
  const words = toBlocks(system, "system", complain);
  const turns: Turn[] = [];
  const say = (role: Turn["role"], content: JsonObject[]): void => {
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) turns.push({ role, content: [...content] });
  };
  for (const [index, message] of messages.entries()) {
    const place = `messages[${index}]`;
    const { role, content, refusal, tool_calls, tool_call_id, name, cache_control, ...others } = (
      isObject(message) ? message : {}
    ) as JsonObject;
    const cached = isObject(cache_control) ? [cachePoint(cache_control as JsonObject)] : [];
    const said = (): JsonObject[] => [...toBlocks(content, `${place}.content`, complain), ...cached];
    const isTools = role === "tool" || role === "function";
    for (const [key, value] of Object.entries({ ...others, ...(!isTools && { name: name ?? null }) }))
      if (saysSomething(value)) leaveOut(`messages[].${key}`);
    switch (role) {
      case "system":
      case "developer":
        words.push(...said());
        break;
      case "user":
        say("user", said());
        break;
      case "assistant":
        say("assistant", [
          ...said(),
          ...toBlocks(refusal, `${place}.refusal`, complain),
          ...toToolUses(tool_calls, `${place}.tool_calls`, complain),
        ]);
        break;
      case "tool":
      case "function":
        say("user", [toolResult(tool_call_id ?? name, content, `${place}.content`, complain), ...cached]);
        break;
      default:
        complain(`${place}.role`, "must be one of system, developer, user, assistant, tool");
    }
  }
  if (!turns.some(({ role }) => role === "user")) complain("messages", "have nothing of the user's");
  return { system: words, messages: turns.map((turn) => ({ ...turn })) };
};

const saysSomething = (value: Json): boolean =>
  value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

/** For models that take no system prompt: its words in front of the first thing that the user says. */
export const foldSystem = ({ system, messages }: Conversation): JsonObject[] => {
  const words = system.flatMap(({ text }) => (typeof text === "string" ? [text] : [])).join("\n\n");
  if (words === "") return messages;
  const first = messages.findIndex(({ role }) => role === "user");
  return messages.map((turn, index) => {
    if (index !== first) return turn;
    const [block, ...rest] = turn.content as JsonObject[];
    return typeof block?.text === "string"
      ? { ...turn, content: [{ ...block, text: `${words}\n\n${block.text}` }, ...rest] }
      : { ...turn, content: [{ text: words }, ...(turn.content as JsonObject[])] };
  });
};
