import type { Connection } from "../connection/connection.js";
import { isObject, type Json, type JsonObject, valueAt } from "../core/json.js";
import type { Form, Place, Word } from "./form.js";
import { holdsLiquid, maskLiquid } from "./liquid-text.js";
import { type Neutral, type Notes, type Said, withoutPath } from "./neutral.js";
import { type Apart, type Spoken, takeApart } from "./prompt.js";
import { readMessages } from "./read-messages.js";
import { readParts } from "./read-parts.js";
import { match } from "./shape.js";

/** What a sample request says. What may not be guessed is refused in `notes`. */
export const readBody = (form: Form, sample: JsonObject, connection: Prompted, notes: Notes): Neutral => {
  const words = new Map<Word, Said>();
  let left = sample;
  for (const [word, place] of Object.entries(form.words) as [Word, Place][])
    for (const path of place.at) {
      const value = valueAt(sample, path) as Json | undefined;
      if (value === undefined) continue;
      left = withoutPath(left, path);
      // The documented spelling goes before the other one.
      if (!words.has(word)) words.set(word, readWord(place, value, path));
    }
  const talk = readTalk(form, sample, connection, notes);
  for (const key of talkKeys(form)) left = withoutPath(left, [key]);
  return { ...talk, words, rest: restOf(form, left) };
};

const readWord = (place: Place, value: Json, path: readonly string[]): Said => {
  for (const [means, shape] of Object.entries(place.shapes ?? {})) {
    const found = match(shape, value);
    if (found) return { value, raw: value, means, slots: found.slots, path };
  }
  if (place.list)
    return { value: Array.isArray(value) || holdsWhole(value) ? value : [value], raw: value, path };
  return { value, raw: value, path };
};

/** A column may bring the whole list. */
const holdsWhole = (value: Json): boolean =>
  typeof value === "string" && /^\s*\{\{[^{}]*\}\}\s*$/.test(value);

/** What settings say of prompts. */
type Prompted = Pick<Connection, "chatTemplate" | "systemPlaceholders">;

type Conversation = Omit<Neutral, "words" | "rest">;

const silence: Conversation = { system: [], systemIsPlain: true, turns: [], prompt: null, column: null };

const readTalk = (form: Form, sample: JsonObject, connection: Prompted, notes: Notes): Conversation => {
  const { talk } = form;
  switch (talk.is) {
    case "vector":
      return silence;
    case "messages": {
      const messages = sample[talk.at];
      const system = talk.system === undefined ? undefined : sample[talk.system];
      const own = {
        system: readParts(form, system, talk.system ?? "", notes),
        systemIsPlain: !Array.isArray(system),
      };
      if (holdsLiquid(messages))
        return { ...silence, ...own, column: { at: talk.at, value: messages as string } };
      const read = readMessages(form, talk, Array.isArray(messages) ? messages : [], notes);
      return {
        ...silence,
        ...own,
        turns: read.turns,
        ...(talk.system === undefined && { system: read.system, systemIsPlain: read.systemIsPlain }),
      };
    }
    case "history": {
      const history = sample[talk.history];
      if (holdsLiquid(history))
        notes.add(
          "refused",
          "history_from_column",
          talk.history,
          "comes from a column as a whole, and a row's values cannot be rewritten: give its turns as a list",
        );
      const before = (Array.isArray(history) ? history : []).flatMap((entry, index) => {
        const { role, message } = isObject(entry) ? entry : {};
        const meant = talk.roles[String(role)];
        const at = `${talk.history}[${index}]`;
        if (meant) return [{ role: meant, parts: readParts(form, message as Json, at, notes), plain: true }];
        notes.add("refused", "unknown_role", at, "has a role that is not known");
        return [];
      });
      const last = readParts(form, sample[talk.at], talk.at, notes);
      return {
        ...silence,
        system: readParts(form, sample[talk.system], talk.system, notes),
        turns: [...before, ...(last.length > 0 ? [{ role: "user" as const, parts: last, plain: true }] : [])],
      };
    }
    case "prompt":
      return readPrompt(form, talk, sample, connection, notes);
  }
};

const readPrompt = (
  form: Form,
  talk: Extract<Form["talk"], { is: "prompt" }>,
  sample: JsonObject,
  { chatTemplate, systemPlaceholders }: Prompted,
  notes: Notes,
): Conversation => {
  const text = String(sample[talk.at] ?? "");
  const images = talk.images === undefined ? undefined : sample[talk.images];
  const pictures = (Array.isArray(images) ? images : images === undefined ? [] : [images]).map(
    (data, index) => ({
      kind: "image",
      slots: { data: data as Json, ...formatOf(data as Json) },
      own: null,
      left: [],
      at: `${talk.images}[${index}]`,
    }),
  );
  const said = (words: string) => readParts(form, words, talk.at, notes);
  // The images stand beside the prompt, in their order.
  const apart = takeApart(pictures.length > 0 ? text.replaceAll(imageMark, "") : text);
  if (typeof apart === "string") {
    notes.add("refused", "prompt_not_taken_apart", talk.at, apart);
    return { ...silence, prompt: { text, marks: null } };
  }
  if (apart === null) {
    if (chatTemplate === "off" && !talk.wraps)
      notes.add(
        "mind",
        "raw_prompt_without_template",
        talk.at,
        "carries no chat template that is known, so all of it is one turn of the user: before, the model went on with the text; a chat model answers it",
      );
    const [unknown] = unknownMark.exec(maskLiquid(text)) ?? [];
    if (unknown !== undefined)
      notes.add(
        "mind",
        "unknown_marks",
        talk.at,
        `has ${unknown}, which looks like a mark of a chat template that is not known: the target reads it as words`,
      );
    const parts = [...pictures, ...said(text)];
    return { ...silence, turns: [{ role: "user", parts, plain: true }], prompt: { text, marks: null } };
  }
  const spoken = withoutLaxSystem(apart, systemPlaceholders, talk.at, notes);
  const first = spoken.findIndex(({ role }) => role !== "system");
  const turns = first < 0 ? [] : spoken.slice(first);
  if (turns.some(({ role }) => role === "system"))
    notes.add(
      "refused",
      "system_amid",
      talk.at,
      "has the system speak between turns, which the target has no place for: put those words in front",
    );
  return {
    ...silence,
    system: spoken.slice(0, spoken.length - turns.length).flatMap((turn) => said(turn.text)),
    turns: turns.map(({ role, text: words }, index) => ({
      role: role === "assistant" ? role : "user",
      parts: [...(index === 0 ? pictures : []), ...said(words)],
      plain: true,
    })),
    prompt: { text, marks: apart.marks.name },
  };
};

const imageMark = "<|image|>";

/** What models have for marks, and people for nothing else. */
const unknownMark = /<[|｜][^|｜<>]{1,60}[|｜]>|\[\/?[A-Z_]{4,}\]|<\/?(?:start|end)_of_\w+>/;

/** Words in front of the first turn, in families that give them no authority, may hold a row's values. */
const withoutLaxSystem = (
  { marks, turns }: Apart,
  allowed: Connection["systemPlaceholders"],
  at: string,
  notes: Notes,
): readonly Spoken[] => {
  const [system, user, ...others] = turns;
  const isLax = marks.lax && allowed === "refuse" && system?.role === "system" && /\{\{/.test(system.text);
  if (!isLax || user?.role !== "user") return turns;
  notes.add(
    "moved",
    "system_into_user",
    at,
    "holds a row's values in what comes in front of the first turn: it stands with the user's first words, since as the system's they would speak with your authority",
  );
  return [{ role: "user", text: `${system.text}\n\n${user.text}` }, ...others];
};

/** What base64 of an image begins with. */
const formatOf = (data: Json): { format?: string } => {
  const beginnings = { iVBORw0KGgo: "png", "/9j/": "jpeg", R0lGOD: "gif", UklGR: "webp" };
  const found = Object.entries(beginnings).find(([start]) => String(data).startsWith(start));
  return found ? { format: found[1] } : {};
};

const talkKeys = ({ talk }: Form): readonly string[] => {
  switch (talk.is) {
    case "vector":
      return [];
    case "messages":
      return [talk.at, ...(talk.system === undefined ? [] : [talk.system])];
    case "history":
      return [talk.at, talk.history, talk.system];
    case "prompt":
      return [talk.at, ...(talk.images === undefined ? [] : [talk.images])];
  }
};

/** What is left, named one level deeper where a key holds words as well. */
const restOf = (form: Form, left: JsonObject): Neutral["rest"] => {
  const holders = new Set(
    Object.values(form.words).flatMap(({ at }) => at.flatMap((path) => (path.length > 1 ? [path[0]] : []))),
  );
  return Object.entries(left).flatMap(([key, value]) =>
    holders.has(key) && isObject(value)
      ? Object.entries(value).map(([inner, found]) => ({ path: [key, inner], value: found as Json }))
      : [{ path: [key], value }],
  );
};
