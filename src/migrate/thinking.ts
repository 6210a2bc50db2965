import type { Json, JsonObject } from "../core/json.js";
import { holdsLiquid } from "./liquid-text.js";
import { type Neutral, type Notes, pathText, withValue } from "./neutral.js";
import { fill } from "./shape.js";
import type { Side } from "./target.js";

/**
 * A body whose model thinks if the old one did, and else does not, as far as it lets itself be told. The numbers of
 * tokens stay as they are: they bound what a user spends.
 */
export const writeThinking = (
  body: JsonObject,
  { words }: Neutral,
  from: Side,
  to: Side,
  notes: Notes,
): JsonObject => {
  const said = words.get("thinking");
  const effort = words.get("effort");
  const at = pathText(said?.path ?? ["thinking"]);
  const saidOff = said?.means === "off" || said?.means === "seldom";
  if (said && said.means === undefined) {
    if (from.form.name === to.form.name) return withValue(body, said.path, said.raw);
    notes.add("refused", "thinking", at, "says something of thinking that is not known here");
    return body;
  }
  const thinks = said ? !saidOff : thinksUnasked(from);
  const place = to.form.words.thinking;
  const takes = place !== undefined && (!place.for || to.is(place.for));
  const put = (shape: string, slots: Readonly<Record<string, Json>> = {}): JsonObject => {
    const value = fill(place?.shapes?.[shape] ?? null, slots);
    return value === null || !place ? body : withValue(body, place.at[0] ?? [], value);
  };
  if (thinks && takes && !thinksUnasked(to))
    notes.add(
      "mind",
      "thinking_counts",
      at,
      "is billed as output and counts against the limit of output tokens, which stays as it is",
    );
  if (!thinks) return kept(withoutThinking(put, body, saidOff, from, to, notes), effort, to, notes);
  if (!takes) {
    if (said) notes.add("left_out", "thinking", at, `has no counterpart: ${to.baseId} is not told to think`);
    else if (!thinksUnasked(to))
      notes.add(
        "mind",
        "no_reasoning",
        at,
        `${from.baseId} thought before it answered; ${to.baseId} does not, or in its own way`,
      );
    return withEffort(body, effort, to, notes);
  }
  return withEffort(withThinking({ put, body, said, effort, from, to, notes, at }), effort, to, notes);
};

const thinksUnasked = ({ traits, modelFamily }: Side): boolean =>
  modelFamily === "deepseek-r1" ||
  ["thinks_by_default", "thinks_between_tools", "always_thinks", "opens_thinking"].some((trait) =>
    traits.has(trait),
  );

/** Nothing is kept back: an effort without thinking still bounds how long an answer is. */
const kept = (
  body: JsonObject,
  effort: ReturnType<Neutral["words"]["get"]>,
  to: Side,
  notes: Notes,
): JsonObject => (effort ? withEffort(body, effort, to, notes) : body);

type Put = (shape: string, slots?: Readonly<Record<string, Json>>) => JsonObject;

const withoutThinking = (
  put: Put,
  body: JsonObject,
  saidOff: boolean,
  from: Side,
  to: Side,
  notes: Notes,
): JsonObject => {
  const at = "thinking";
  if (to.traits.has("thinks_by_default")) {
    notes.add(
      "added",
      "thinking_kept_off",
      at,
      `is disabled, since ${from.baseId} did not think and ${to.baseId} does unless it is told not to; its vendor advises to let it think with a low effort, for money`,
    );
    return put("off");
  }
  if (to.traits.has("thinks_between_tools")) {
    notes.add(
      "added",
      "thinking_kept_off",
      at,
      `is between_tools, the least that ${to.baseId} takes; not proven on Bedrock: try it with one row`,
    );
    return put("seldom");
  }
  if (to.traits.has("always_thinks")) {
    const place = to.form.words.effort;
    notes.add(
      "added",
      "thinking_cannot_be_off",
      at,
      `cannot be turned off: ${to.baseId} thinks with the effort low, and that is billed as output and counts against the limit`,
    );
    return place ? withValue(body, place.at[0] ?? [], "low") : body;
  }
  if (thinksUnasked(to))
    notes.add(
      "mind",
      "thinking_cannot_be_off",
      at,
      `${to.baseId} thinks before it answers, and nothing turns it off; that is billed as output`,
    );
  return saidOff && from.modelFamily === to.modelFamily && !to.traits.has("no_thinking") ? put("off") : body;
};

interface Thinking {
  readonly put: Put;
  readonly body: JsonObject;
  readonly said: ReturnType<Neutral["words"]["get"]>;
  readonly effort: ReturnType<Neutral["words"]["get"]>;
  readonly from: Side;
  readonly to: Side;
  readonly notes: Notes;
  readonly at: string;
}

const withThinking = ({ put, body, said, effort, from, to, notes, at }: Thinking): JsonObject => {
  const tokens = said?.slots?.tokens;
  if (to.modelFamily === "nova") {
    const word = effort?.value ?? said?.slots?.effort;
    if (word !== undefined && !holdsLiquid(word)) return put("on", { effort: scaled(word, at, notes) });
    notes.add(
      "refused",
      "effort_not_known",
      at,
      `${to.baseId} wants low, medium or high where it thinks, and the old body does not tell which: set an effort first, or turn thinking off`,
    );
    return body;
  }
  if (to.traits.has("always_thinks")) {
    if (said) notes.add("left_out", "thinking", at, `goes, since ${to.baseId} thinks anyway`);
    return body;
  }
  if (to.traits.has("thinks_by_budget")) {
    if (tokens !== undefined) return put("budget", { tokens });
    if (said)
      notes.add(
        "refused",
        "budget_not_known",
        at,
        `${to.baseId} thinks up to a number of tokens, and the old body tells none: choose a number, or turn thinking off`,
      );
    else
      notes.add(
        "mind",
        "no_reasoning",
        at,
        `${from.baseId} thought unasked; ${to.baseId} thinks only up to a number of tokens that is set`,
      );
    return body;
  }
  const noBudget = ["no_thinking_budget", "thinking_budget_doubtful"].some((trait) => to.traits.has(trait));
  if (tokens !== undefined && !noBudget && from.modelFamily === "claude") return put("budget", { tokens });
  if (tokens !== undefined)
    notes.add(
      "left_out",
      "thinking_budget",
      `${at}.budget_tokens`,
      "has no counterpart: the model itself decides how long it thinks, within the limit of output tokens",
    );
  const unasked = ["thinks_by_default", "thinks_between_tools"].some((trait) => to.traits.has(trait));
  if (!said && unasked) return body;
  if (!said) notes.add("added", "thinking_kept_on", at, `is adaptive, since ${from.baseId} thought unasked`);
  return put("on");
};

const withEffort = (
  body: JsonObject,
  effort: ReturnType<Neutral["words"]["get"]>,
  to: Side,
  notes: Notes,
): JsonObject => {
  if (!effort) return body;
  const at = pathText(effort.path);
  const place = to.form.words.effort;
  if (!place || (place.for && !to.is(place.for)) || to.traits.has("thinks_by_budget")) {
    if (to.modelFamily !== "nova")
      notes.add("left_out", "effort", at, `has no counterpart: ${to.baseId} takes no effort`);
    return body;
  }
  const isClaude = to.modelFamily === "claude";
  const value = isClaude || holdsLiquid(effort.value) ? effort.value : scaled(effort.value, at, notes);
  if (pathText(place.at[0] ?? []) !== at)
    notes.add(
      "renamed",
      "effort_scale",
      at,
      `is called ${pathText(place.at[0] ?? [])}, which is another model's scale`,
    );
  return withValue(body, place.at[0] ?? [], value);
};

/** Only Claude has words above high. */
const scaled = (word: Json, at: string, notes: Notes): Json => {
  if (word !== "xhigh" && word !== "max") return word;
  notes.add("clamped", "clamped", at, `is high in place of ${word}: the target has no more`);
  return "high";
};
