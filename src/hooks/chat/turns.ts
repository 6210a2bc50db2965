import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { type Complain, toBlocks, toolResult, toToolUses } from "./parts.js";

/** A conversation as Converse has it: what the system says apart, and turns that alternate. */
interface Conversation {
  readonly system: JsonObject[];
  readonly messages: JsonObject[];
}

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: JsonObject[];
}

/**
 * Reads messages of OpenAI's or Anthropic's. The system's words are collected from wherever they stand; what a tool gave
 * back belongs to the user's turn; turns of one role that follow each other are one. Messages that say nothing are left out.
 */
export const toTurns = (messages: readonly Json[], system: unknown, complain: Complain): Conversation => {
  const words = toBlocks(system, "system", complain);
  const turns: Turn[] = [];
  const say = (role: Turn["role"], content: JsonObject[]): void => {
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) turns.push({ role, content: [...content] });
  };
  for (const [index, message] of messages.entries()) {
    const place = `messages[${index}]`;
    const { role, content, tool_calls, tool_call_id, name } = (
      isObject(message) ? message : {}
    ) as JsonObject;
    switch (role) {
      case "system":
      case "developer":
        words.push(...toBlocks(content, `${place}.content`, complain));
        break;
      case "user":
        say("user", toBlocks(content, `${place}.content`, complain));
        break;
      case "assistant":
        say("assistant", [
          ...toBlocks(content, `${place}.content`, complain),
          ...toToolUses(tool_calls, `${place}.tool_calls`, complain),
        ]);
        break;
      case "tool":
      case "function":
        say("user", [toolResult(tool_call_id ?? name, content, `${place}.content`, complain)]);
        break;
      default:
        complain(`${place}.role`, "must be one of system, developer, user, assistant, tool");
    }
  }
  if (!turns.some(({ role }) => role === "user")) complain("messages", "have nothing of the user's");
  return { system: words, messages: turns.map((turn) => ({ ...turn })) };
};

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
