import type { Json, JsonObject } from "../core/json.js";
import { abilities } from "./abilities.js";
import { tagged } from "./documents.js";
import { sharedName } from "./liquid-text.js";
import type { Neutral, Notes, Part, Turn } from "./neutral.js";
import { putTogether } from "./prompt.js";
import { fill } from "./shape.js";
import type { Side } from "./target.js";
import { writeParts } from "./write-parts.js";

/** The conversation in the target's words, as keys of its body. */
export const writeTalk = (neutral: Neutral, to: Side, notes: Notes): JsonObject => {
  const { talk } = to.form;
  if (neutral.column) {
    notes.add(
      "refused",
      "messages_from_column",
      neutral.column.at,
      "come from a column as a whole, and a row's values cannot be rewritten: write the messages down with columns inside, or change the column where it is made",
    );
    return {};
  }
  judgeOrder(neutral.turns, to, notes);
  for (const { own, left, at } of [...neutral.system, ...neutral.turns.flatMap(({ parts }) => parts)])
    if (own?.dialect !== to.form.dialect)
      for (const key of left)
        notes.add(
          "left_out",
          "block_key",
          `${at}.${key}`,
          "has no counterpart in what takes the place of its block",
        );
  switch (talk.is) {
    case "messages":
      return writeMessages(neutral, to, talk, notes);
    case "prompt":
      return writePrompt(neutral, to, talk, notes);
    default:
      notes.add("refused", "no_such_target", talk.is, `${to.form.name} takes no conversation`);
      return {};
  }
};

const judgeOrder = (turns: readonly Turn[], to: Side, notes: Notes): void => {
  const last = turns.at(-1);
  const isRead = !notes.all.some(({ code }) => code === "prompt_not_taken_apart");
  if (isRead && !turns.some(({ role }) => role === "user"))
    notes.add(
      "refused",
      "no_user_turn",
      "messages",
      "have no words of the user, which every target wants: write what is asked as the user's",
    );
  if (last?.role === "assistant") {
    const takes = to.form.prefill !== undefined && to.is(to.form.prefill);
    if (!takes)
      notes.add(
        "refused",
        "prefill",
        last.parts[0]?.at ?? "messages",
        `the last words are the assistant's own, which ${to.baseId} does not go on with: end with the user's, and ask for the form of the answer by output_schema`,
      );
    else if (last.parts.some(({ slots }) => typeof slots.text === "string" && /\s$/.test(slots.text)))
      notes.add(
        "mind",
        "prefill_blank",
        last.parts[0]?.at ?? "messages",
        "ends with a blank, which Claude is said to refuse at the end of what it has said already",
      );
  }
  if (turns[0]?.role === "assistant" && to.form.dialect !== "openai")
    notes.add(
      "refused",
      "assistant_first",
      turns[0].parts[0]?.at ?? "messages",
      "the assistant speaks first, and the target wants the user to: begin with a turn of the user",
    );
};

type Messages = Extract<Side["form"]["talk"], { is: "messages" }>;

const writeMessages = (neutral: Neutral, to: Side, talk: Messages, notes: Notes): JsonObject => {
  const turns = to.form.dialect === "openai" ? neutral.turns : alternating(neutral.turns, notes);
  const noSystem = to.api === "converse" && to.traits.has("no_system");
  const folded = noSystem ? withSystem(neutral, turns, notes, to) : turns;
  const messages = folded.flatMap((turn) => writeTurn(turn, to, talk, notes));
  const system = noSystem ? [] : neutral.system;
  if (system.length === 0) return { [talk.at]: messages };
  if (talk.system === undefined) {
    const [role = "system"] = talk.systemRoles ?? [];
    const content = writeContent({ role: "user", parts: system, plain: true }, to, talk, notes);
    return { [talk.at]: [{ role, content }, ...messages] as Json };
  }
  const isText = talk.content === "either" && neutral.systemIsPlain && system.length === 1;
  const written = isText ? (system[0]?.slots.text ?? "") : writeParts(system, to, notes);
  return { [talk.system]: written, [talk.at]: messages as Json };
};

/** Turns of one role that follow each other as one, block behind block. */
const alternating = (turns: readonly Turn[], notes: Notes): Turn[] => {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === turn.role) {
      notes.add(
        "moved",
        "turns_merged",
        turn.parts[0]?.at ?? "",
        `follows a turn of the same role, so both are one turn of the ${turn.role}, since the target wants turns to alternate`,
      );
      merged[merged.length - 1] = { ...last, parts: [...last.parts, ...turn.parts], plain: false };
    } else merged.push(turn);
  }
  return merged;
};

/** The system's words in front of the user's first ones. */
const withSystem = (neutral: Neutral, turns: readonly Turn[], notes: Notes, to: Side): readonly Turn[] => {
  const [first, ...rest] = turns;
  if (neutral.system.length === 0 || !first) return turns;
  notes.add(
    "moved",
    "system_into_user",
    neutral.system[0]?.at ?? "system",
    `stands in front of the user's first words, since ${to.baseId} takes no system text`,
  );
  const [head, ...others] = first.parts;
  const words = neutral.system.map(({ slots }) => String(slots.text ?? ""));
  const joinable = head?.kind === "text" && sharedName([...words, String(head.slots.text)]) === null;
  if (!joinable) return [{ ...first, parts: [...neutral.system, ...first.parts], plain: false }, ...rest];
  const text = [...words, String(head.slots.text)].join("\n\n");
  return [{ ...first, parts: [{ ...head, slots: { text }, own: null }, ...others] }, ...rest];
};

const writeTurn = (turn: Turn, to: Side, talk: Messages, notes: Notes): Json[] => {
  if (!talk.toolRole) return [{ role: turn.role, content: writeContent(turn, to, talk, notes) }];
  const results = turn.parts.filter(({ kind }) => kind === "result");
  const calls = turn.parts.filter(({ kind }) => kind === "call");
  const others = turn.parts.filter((part) => !results.includes(part) && !calls.includes(part));
  const content = writeContent({ ...turn, parts: others }, to, talk, notes);
  return [
    ...results.map(({ slots, at }) => {
      if (typeof slots.content !== "string")
        notes.add(
          "refused",
          "tool_result_blocks",
          at,
          "holds more than text, which the target has no place for",
        );
      return { role: "tool", tool_call_id: slots.id ?? "", content: slots.content ?? "" };
    }),
    ...(others.length > 0 || calls.length > 0
      ? [
          {
            role: turn.role,
            content: others.length > 0 ? content : null,
            ...(calls.length > 0 && {
              tool_calls: calls.map((part) => writeCall(part, to, notes)),
            }),
          } as JsonObject,
        ]
      : []),
  ];
};

const writeCall = ({ slots, at }: Part, to: Side, notes: Notes): Json => {
  const written = fill(to.form.blocks?.call ?? null, slots);
  if (written === null)
    notes.add(
      "refused",
      "tool_call",
      at,
      "holds a column, which inside of the JSON text of the target would not be escaped",
    );
  return written;
};

const writeContent = (turn: Turn, to: Side, talk: Messages, notes: Notes): Json => {
  const texts = turn.parts.map(({ kind, slots }) => (kind === "text" ? String(slots.text) : null));
  const isText = texts.every((text) => text !== null);
  if (talk.content !== "blocks" && turn.plain && isText && sharedName(texts as string[]) === null)
    return texts.join("\n\n");
  return writeParts(turn.parts, to, notes);
};

type Prompt = Extract<Side["form"]["talk"], { is: "prompt" }>;

const writePrompt = (neutral: Neutral, to: Side, talk: Prompt, notes: Notes): JsonObject => {
  const images = neutral.turns.flatMap(({ parts }) => parts.filter(({ kind }) => kind === "image"));
  const texts = (parts: readonly Part[]): string => {
    const said = parts.flatMap((part) => textOf(part, notes));
    const shared = sharedName(said);
    if (shared !== null)
      notes.add("refused", "shared_name", talk.at, `${shared}, so the blocks cannot be put into one text`);
    return said.join("\n\n");
  };
  const put = putTogether(
    talk.marks,
    neutral.system.flatMap((part) => textOf(part, notes)),
    alternating(neutral.turns, notes).map(({ role, parts }) => ({ role, text: texts(parts) })),
  );
  if (typeof put === "string") {
    notes.add("refused", "prompt_not_put_together", talk.at, put);
    return {};
  }
  if (/\{\{/.test(put.prompt))
    notes.add(
      "mind",
      "forged_marks",
      talk.at,
      "is one raw prompt, in which a row's value can write marks of turns: the filter fence takes them out, and api: converse has no such place",
    );
  if (images.length === 0) return { [talk.at]: put.prompt };
  if (talk.images === undefined || !abilities.image.test(to.baseId)) {
    notes.add("refused", "image", images[0]?.at ?? "", `is an image, which ${to.baseId} does not take`);
    return {};
  }
  return { [talk.at]: put.prompt, [talk.images]: images.map(({ slots }) => slots.data ?? null) };
};

/** Words of a block in a prompt that holds nothing else. */
const textOf = ({ kind, slots, at }: Part, notes: Notes): string[] => {
  switch (kind) {
    case "text":
      return [String(slots.text ?? "")];
    case "image":
      return [];
    case "paper":
      return [tagged(slots)];
    case "cache":
      notes.add("left_out", "cache_mark", at, "has no counterpart, so the price of cached input is lost");
      return [];
    case "thought":
      notes.add(
        "left_out",
        "thought",
        at,
        "is reasoning of an earlier turn, which the target does not take back",
      );
      return [];
    default:
      notes.add("refused", "block", at, `is a block (${kind}) that one raw prompt has no place for`);
      return [];
  }
};
