import { isObject, type Json, type JsonObject } from "../core/json.js";
import { abilities } from "./abilities.js";
import { readDocuments } from "./documents.js";
import type { Form } from "./form.js";
import { isAlone } from "./liquid-text.js";
import { type Neutral, type Notes, type Part, pathText, withValue } from "./neutral.js";
import { additional, type Side } from "./target.js";
import { writeThinking } from "./thinking.js";
import { writeTalk } from "./write-talk.js";
import { writeWords } from "./write-words.js";

/** The body of another family that says the same. What was done with the rest stands in `notes`. */
export const writeBody = (
  sample: JsonObject,
  neutral: Neutral,
  from: Side,
  to: Side,
  notes: Notes,
): JsonObject => {
  const isSame = from.form.name === to.form.name;
  const movesSystem = to.api === "converse" && to.traits.has("no_system") && neutral.system.length > 0;
  const isVector = to.form.talk.is === "vector";
  if (isVector !== (from.form.talk.is === "vector")) {
    notes.add(
      "refused",
      "other_kind",
      "model_id",
      "one of the two models answers with text, the other with a vector",
    );
    return {};
  }
  const documents = neutral.words.get("documents");
  const told = documents && !isSame ? withDocuments(neutral, readDocuments(documents, notes)) : neutral;
  const talk = isVector
    ? {}
    : isSame && !movesSystem
      ? asItStands(sample, neutral, to, notes)
      : writeTalk(told, to, notes);
  const body = deepMerge({ ...fixedFor(to.form, sample, isSame) }, talk);
  const worded = writeWords(body, neutral, from, to, notes);
  const thought = writeThinking(worded, neutral, from, to, notes);
  const written = withRest(thought, neutral, from, to, notes);
  if (!isSame) judgeAlone(neutral, written, notes);
  return isSame ? inOrderOf(sample, written) : written;
};

const fixedFor = ({ fixed = {} }: Form, sample: JsonObject, isSame: boolean): JsonObject =>
  isSame
    ? Object.fromEntries(Object.entries(fixed).map(([key, value]) => [key, sample[key] ?? value]))
    : fixed;

const withDocuments = (neutral: Neutral, documents: readonly Part[]): Neutral => {
  const last = neutral.turns.findLastIndex(({ role }) => role === "user");
  return {
    ...neutral,
    turns: neutral.turns.map((turn, index) =>
      index === last ? { ...turn, parts: [...documents, ...turn.parts], plain: false } : turn,
    ),
  };
};

/** The conversation of a form that stays: word for word. */
const asItStands = (sample: JsonObject, neutral: Neutral, to: Side, notes: Notes): JsonObject => {
  const { talk } = to.form;
  // Written for what it finds: prefill, images, tools that the new model does not take.
  if (!neutral.column && talk.is === "messages") writeTalk(neutral, to, onlyRefusals(notes));
  const keys =
    talk.is === "messages"
      ? [talk.at, talk.system ?? ""]
      : talk.is === "history"
        ? [talk.at, talk.history, talk.system]
        : talk.is === "prompt"
          ? [talk.at, talk.images ?? ""]
          : [];
  if (
    talk.is === "prompt" &&
    talk.images !== undefined &&
    sample[talk.images] !== undefined &&
    !abilities.image.test(to.baseId)
  )
    notes.add("refused", "image", talk.images, `holds images, which ${to.baseId} does not take`);
  if (neutral.prompt?.marks === "llama3" && to.traits.has("other_chat_marks"))
    notes.add(
      "mind",
      "chat_markers_differ",
      pathText([talk.is === "prompt" ? talk.at : "prompt"]),
      "keeps the marks of Llama 3, as AWS prints them for this model; Meta's own page has others. api: converse leaves them to Bedrock",
    );
  return Object.fromEntries(keys.flatMap((key) => (key in sample ? [[key, sample[key] as Json]] : [])));
};

const onlyRefusals = (notes: Notes): Notes => ({
  all: notes.all,
  add: (done, code, at, says) => {
    if (done === "refused" && judgedHere.has(code)) notes.add(done, code, at, says);
  },
});

/** What a model may refuse of a conversation that its family takes. */
const judgedHere: ReadonlySet<string> = new Set(["prefill", "image", "video", "call", "result", "document"]);

/** What no word is for: kept where the body stays the same family's, else left out and named. */
const withRest = (body: JsonObject, { rest }: Neutral, from: Side, to: Side, notes: Notes): JsonObject => {
  let written = body;
  for (const { path, value } of rest) {
    const silent = from.form.silent ?? {};
    const [key = ""] = path;
    const says = !(
      key in silent &&
      (silent[key] === null || JSON.stringify(silent[key]) === JSON.stringify(value))
    );
    const isSameFamily = from.modelFamily !== null && from.modelFamily === to.modelFamily;
    if (from.form.name === to.form.name && (isSameFamily || key !== additional))
      written = withValue(written, path, value);
    else if (!says) continue;
    else if (isSameFamily && to.api === "converse" && from.api === "invoke_model") {
      notes.add("renamed", "renamed", pathText(path), `is called ${additional}.${pathText(path)}`);
      written = withValue(written, [additional, ...path], value);
    } else if (isSameFamily && from.api === "converse" && key === additional && path.length > 1) {
      notes.add("renamed", "renamed", pathText(path), `is called ${pathText(path.slice(1))}`);
      written = withValue(written, path.slice(1), value);
    } else if (refusals[key] !== undefined) notes.add("refused", key, pathText(path), refusals[key]);
    else
      notes.add(
        "left_out",
        cutting.has(key) ? "input_not_cut" : "no_counterpart",
        pathText(path),
        cutting.has(key)
          ? "has no counterpart: what is too long for the target fails, and is not cut"
          : "has no counterpart",
      );
  }
  return written;
};

const otherTask = "makes the model do another thing than answer, which no other family has";

/** What may not be left out. */
const refusals: Readonly<Record<string, string>> = {
  search_queries_only: otherTask,
  raw_prompting: otherTask,
  tool_results: "holds what tools gave back, which other families have in the conversation: write it there",
  promptVariables: "fills a prompt that AWS keeps, which no other API calls",
  guardrailConfig:
    "sets a guardrail, which InvokeModel takes by the settings guardrail_identifier and guardrail_version: set them and take it out",
};

const cutting = new Set(["truncate", "prompt_truncation"]);

/** A placeholder that stood among words keeps its value's type once it stands alone. */
const judgeAlone = ({ turns, system, prompt }: Neutral, body: JsonObject, notes: Notes): void => {
  if (!prompt?.marks) return;
  const alone = [...system, ...turns.flatMap(({ parts }) => parts)].some(
    ({ kind, slots }) => kind === "text" && isAlone(String(slots.text)),
  );
  if (alone && !("prompt" in body))
    notes.add(
      "mind",
      "alone_now",
      "request_format",
      'a placeholder that stood between marks stands alone, so that a value that is no text keeps its type and its row fails: {{ column | cast: "string" }} prints it as before',
    );
};

const deepMerge = (one: JsonObject, other: JsonObject): JsonObject => {
  const merged: JsonObject = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = merged[key];
    merged[key] =
      isObject(before) && isObject(value) ? deepMerge(before as JsonObject, value as JsonObject) : value;
  }
  return merged;
};

/** Keys in the order that they had. */
const inOrderOf = (sample: JsonObject, body: JsonObject): JsonObject => ({
  ...Object.fromEntries(
    Object.keys(sample).flatMap((key) => (key in body ? [[key, body[key] as Json]] : [])),
  ),
  ...body,
});
