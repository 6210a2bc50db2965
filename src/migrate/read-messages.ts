import { isObject, type Json, type JsonObject } from "../core/json.js";
import type { Form } from "./form.js";
import { holdsLiquid } from "./liquid-text.js";
import type { Notes, Part, Turn } from "./neutral.js";
import { readParts } from "./read-parts.js";
import { match } from "./shape.js";

type Messages = Extract<Form["talk"], { is: "messages" }>;

/** Messages as turns, and what those of the system say. */
export const readMessages = (
  form: Form,
  talk: Messages,
  messages: readonly Json[],
  notes: Notes,
): { turns: Turn[]; system: Part[]; systemIsPlain: boolean } => {
  const turns: Turn[] = [];
  const system: Part[] = [];
  let systemIsPlain = true;
  for (const [index, message] of messages.entries()) {
    const at = `${talk.at}[${index}]`;
    if (!isObject(message) || holdsLiquid(message.role)) {
      notes.add(
        "refused",
        "message_from_column",
        at,
        "takes its role, or all of it, from a column, and a row's values cannot be rewritten: write its role down",
      );
      continue;
    }
    const { role, content, tool_calls, tool_call_id, ...more } = message as JsonObject;
    const plain = !Array.isArray(content);
    if (talk.content === "blocks" && holdsLiquid(content))
      notes.add(
        "refused",
        "content_from_column",
        `${at}.content`,
        "comes from a column as a list, and a row's values cannot be rewritten: write the list down with the column inside",
      );
    const parts = readParts(form, content, `${at}.content`, notes);
    for (const key of Object.keys(more))
      notes.add("left_out", "message_key", `${at}.${key}`, "has no counterpart in a message of the target");
    if (talk.systemRoles?.includes(String(role))) {
      if (turns.length > 0)
        notes.add(
          "refused",
          "system_amid",
          at,
          "has the system speak between turns, which the target has no place for: put those words in front",
        );
      system.push(...parts);
      systemIsPlain &&= plain;
    } else if (talk.toolRole && role === "tool") {
      turns.push({ role: "user", parts: [toolResult(tool_call_id, content, at)], plain: false });
    } else if (role === "user" || role === "assistant") {
      const calls = readCalls(form, tool_calls, `${at}.tool_calls`, notes);
      turns.push({ role, parts: [...parts, ...calls], plain: plain && calls.length === 0 });
    } else notes.add("refused", "unknown_role", at, "has a role that is not known");
  }
  return { turns, system, systemIsPlain };
};

const toolResult = (id: Json | undefined, content: Json | undefined, at: string): Part => ({
  kind: "result",
  slots: { id: id ?? "", content: typeof content === "string" ? content : JSON.stringify(content ?? "") },
  own: null,
  left: [],
  at,
});

const readCalls = (form: Form, calls: Json | undefined, at: string, notes: Notes): Part[] => {
  const { call } = form.blocks ?? {};
  return (Array.isArray(calls) ? calls : []).flatMap((value, index) => {
    const found = call === undefined ? null : match(call, value);
    if (!found) {
      notes.add(
        "refused",
        "tool_call",
        `${at}[${index}]`,
        "is no call of a tool with its arguments as JSON text, which is what can be rewritten",
      );
      return [];
    }
    return [{ kind: "call", slots: found.slots, own: null, left: found.left, at: `${at}[${index}]` }];
  });
};
