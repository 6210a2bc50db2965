import { isObject, type Json, type JsonObject } from "../core/json.js";
import { kindInSample } from "../models/answer/blocks.js";
import type { Form, ReplyWord } from "./form.js";
import type { Notes } from "./neutral.js";
import type { Side } from "./target.js";

/** Where an output column came from and where it is found, as JSON Pointers; `null` where nowhere. */
export interface Column {
  readonly name: string;
  readonly from: string;
  readonly to: string | null;
}

/** A response format of the target with the columns of the old one, and what became of each. */
export interface MovedColumns {
  /** `null` where the old one names no column, or its text goes by another setting. */
  readonly sample: JsonObject | null;
  /** The column that takes the text where no place is certain. */
  readonly outputField: string | null;
  readonly columns: readonly Column[];
}

interface Leaf {
  readonly name: string;
  readonly word: ReplyWord | null;
  readonly pointer: string;
  /** Of a value inside of what the word stands for, its pointer there. */
  readonly inside?: string;
}

/** Moves the columns that a response format names. Columns without a place are named, and left out. */
export const moveColumns = (
  sample: Json,
  from: Side,
  to: Side,
  mayThink: boolean,
  notes: Notes,
): MovedColumns => {
  const leaves = leavesAt(sample, "", from.form);
  const stays = from.form.name === to.form.name;
  if (leaves.length === 0)
    return {
      sample: stays && isObject(sample) ? (sample as JsonObject) : null,
      outputField: null,
      columns: [],
    };
  if (stays)
    return {
      sample: isObject(sample) ? (sample as JsonObject) : null,
      outputField: null,
      columns: leaves.map(({ name, pointer }) => ({ name, from: pointer, to: pointer })),
    };
  const placed = leaves.map((leaf) => ({ ...leaf, to: placeOf(leaf, to.form) }));
  const [only, ...others] = placed;
  // A list whose first element may be another one holds no certain place for the text.
  if (only && others.length === 0 && only.word === "text" && mayThink && to.form.dialect === "converse") {
    notes.add(
      "moved",
      "output_field",
      "response_format",
      `is gone: output_field takes the text as ${only.name}`,
    );
    return {
      sample: null,
      outputField: only.name,
      columns: [{ name: only.name, from: only.pointer, to: only.to }],
    };
  }
  for (const { name, word, pointer, inside, to: place } of placed)
    if (place === null)
      notes.add(
        // Such an answer is a call and no text, so nothing else would be read of it.
        inside === undefined ? "left_out" : "refused",
        "column_lost",
        `response_format${pointer.replaceAll("/", ".")}`,
        lostSays(name, word, pointer),
      );
    else if (word === "stopReason") notes.add("mind", "other_stop_reasons", name, stopsSay(from, to));
    else if (word === "toolInput" && (from.form.dialect === "openai") !== (to.form.dialect === "openai"))
      notes.add(
        "mind",
        "tool_arguments",
        name,
        `holds ${to.form.dialect === "openai" ? "JSON text in place of an object" : "an object in place of JSON text"}`,
      );
  const kept = placed.flatMap((leaf) => (leaf.to === null ? [] : [{ ...leaf, to: leaf.to }]));
  return {
    sample: kept.length > 0 ? sampleOf(kept, to.form) : null,
    outputField: null,
    columns: placed.map(({ name, pointer, to: place }) => ({ name, from: pointer, to: place })),
  };
};

/** Where the target keeps it. Arguments that are JSON text have nothing inside of them. */
const placeOf = ({ word, inside }: Leaf, form: Form): string | null => {
  const place = word && (form.reply[word]?.[0] ?? null);
  if (place === null || inside === undefined) return place;
  return form.dialect === "openai" ? null : place + inside;
};

/** The column as it stands in a sample. */
const named = (name: string): string => `{{ ${name} }}`;

const lostSays = (name: string, word: ReplyWord | null, pointer: string): string => {
  const instead =
    word === "inputTokens"
      ? "_bedrock.input_tokens has the number"
      : word === "outputTokens"
        ? "_bedrock.output_tokens has the number"
        : word === "latency"
          ? "_bedrock.latency_ms has it"
          : word === "id" || /id$/i.test(pointer)
            ? "_bedrock.request_id is another id"
            : /prompt$|\/chat_history\/0/.test(pointer)
              ? "it is the request's own text: take it from the row"
              : word === "toolInput"
                ? "the target writes a tool's arguments as JSON text: take them as one column"
                : "nothing takes its place";
  return `the column ${name} has no counterpart in the target's answer, so no row has it: ${instead}`;
};

const stopsSay = (from: Side, to: Side): string => {
  const words = Object.entries(stopValues(from.form, to.form)).map(
    ([old, word]) => `${old} → ${word ?? "none"}`,
  );
  return `has other words: ${words.join(", ")}; filters on it have to change. _bedrock.truncated is the same for every model`;
};

/** The old form's words for the end of an answer, each with the new one's; `null` where that has none. */
export const stopValues = (from: Form, to: Form): Record<string, string | null> => {
  const values: Record<string, string | null> = {};
  for (const [word, ending] of from.endings)
    if (!(word in values))
      values[word] =
        from.name === to.name
          ? word
          : (to.endings.find(([, meant]) => meant === ending && ending !== null)?.[0] ?? null);
  return values;
};

/** The columns of a sample. The place of a block is counted among those of its kind, as answers are read. */
const leavesAt = (node: Json, pointer: string, form: Form): Leaf[] => {
  if (typeof node === "string") return leavesIn(node, pointer, form);
  if (Array.isArray(node))
    return node.flatMap((item, index) => leavesAt(item, `${pointer}/${placeAmong(node, item, index)}`, form));
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    leavesAt(value as Json, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, form),
  );
};

const placeAmong = (list: readonly Json[], item: Json, index: number): number => {
  const kind = kindInSample(item);
  return kind === null ? index : list.slice(0, index).filter((other) => kindInSample(other) === kind).length;
};

const leavesIn = (text: string, pointer: string, form: Form): Leaf[] => {
  const [, thoughts, answer] =
    /^(?:<\w+>)?\s*\{\{([^{}|]+)\}\}\s*<\/\w+>\s*\{\{([^{}|]+)\}\}$/.exec(text) ?? [];
  if (thoughts !== undefined && answer !== undefined)
    return [
      { name: thoughts.trim(), word: "reasoning", pointer },
      { name: answer.trim(), word: "text", pointer },
    ];
  const [, name] = /^\{\{-?\s*(.+?)\s*-?\}\}$/.exec(text) ?? [];
  if (name === undefined) return [];
  const [word] =
    Object.entries(form.reply).find(([, pointers]) => pointers.includes(pointer)) ?? ([] as string[]);
  if (word !== undefined) return [{ name, word: word as ReplyWord, pointer }];
  const call = form.reply.toolInput?.find((place) => pointer.startsWith(`${place}/`));
  return call === undefined
    ? [{ name, word: null, pointer }]
    : [{ name, word: "toolInput", pointer, inside: pointer.slice(call.length) }];
};

/** A sample with columns at their places; each kind of block has an element of its own. */
const sampleOf = (leaves: readonly (Leaf & { to: string })[], form: Form): JsonObject => {
  const order: readonly (ReplyWord | null)[] = ["reasoning", "text", "toolInput"];
  const sorted = leaves.toSorted((one, other) => order.indexOf(one.word) - order.indexOf(other.word));
  let sample: Json = {};
  const taken = new Map<string, (ReplyWord | null)[]>();
  for (const { name, word, to, inside = "" } of sorted) {
    const steps = to.split("/").slice(1);
    const blocks = word === null || !order.includes(word) ? null : form.dialect;
    const at = steps.lastIndexOf("0", steps.length - inside.split("/").length);
    const list = steps.slice(0, at).join("/");
    const moves = at >= 0 && (blocks === "anthropic" || blocks === "converse");
    if (moves) {
      const words = taken.get(list) ?? [];
      if (!words.includes(word)) taken.set(list, [...words, word]);
      steps[at] = String(words.includes(word) ? words.indexOf(word) : words.length);
    }
    sample = placed(sample, steps, named(name));
    const type = moves && blocks === "anthropic" ? anthropicTypes[word as keyof typeof anthropicTypes] : null;
    if (type) sample = placed(sample, [...steps.slice(0, at + 1), "type"], type);
  }
  return sample as JsonObject;
};

const anthropicTypes = { text: "text", reasoning: "thinking", toolInput: "tool_use" } as const;

const placed = (node: Json | undefined, [step, ...rest]: readonly string[], value: Json): Json => {
  if (step === undefined) return value;
  if (/^\d+$/.test(step)) {
    const list = Array.isArray(node) ? [...node] : [];
    list[Number(step)] = placed(list[Number(step)], rest, value);
    return list;
  }
  const object = isObject(node) ? (node as JsonObject) : {};
  return { ...object, [step]: placed(object[step], rest, value) };
};
