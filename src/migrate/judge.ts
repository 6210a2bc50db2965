import { offlineSettings } from "../connection/offline-settings.js";
import { ConnectorError } from "../core/errors.js";
import { isObject, type Json, type JsonObject, valueAt } from "../core/json.js";
import { compilePlan } from "../enrich/plan.js";
import { familyOf } from "../models/find-family.js";
import { limitsOf } from "../models/limits.js";
import { lintSample } from "../models/lint-body.js";
import { lintForModel } from "../models/lint-rules.js";
import type { Column } from "./columns.js";
import type { Neutral, Notes } from "./neutral.js";
import type { Side } from "./target.js";
import { thinksUnasked } from "./thinking.js";
import { tokenizerOf } from "./tokens.js";

/** Whether an answer may begin with reasoning. */
export const mayThink = (to: Side, request: JsonObject): boolean => {
  const { thinking } = to.form.words;
  const said = thinking?.at.map((path) => valueAt(request, path)).find((value) => value !== undefined);
  if (said !== undefined) return !(isObject(said) && said.type === "disabled");
  return thinksUnasked(to);
};

/** A column of an answer that is not given any more. */
export const judgeGenerations = (
  answers: Json | undefined,
  columns: readonly Column[],
  notes: Notes,
): void => {
  if (answers === undefined || answers === 1) return;
  const later = columns.find(({ from, to }) => to === null && /^\/(?:choices|generations)\/[1-9]/.test(from));
  if (later)
    notes.add(
      "refused",
      "several_answers",
      later.from,
      `${later.name} takes an answer after the first one, and the target gives one a call: make a row of each`,
    );
};

/** What differs between two models whatever is asked. */
export const judgeModels = (words: Neutral["words"], from: Side, to: Side, notes: Notes): void => {
  if (from.baseId === to.baseId) return;
  if (to.modelFamily === null)
    notes.add(
      "mind",
      "family_not_known",
      "api",
      `is converse, since nothing is known of the bodies that ${to.baseId} takes otherwise, nor of what it refuses`,
    );
  const [before, after] = [from, to].map(
    (side) => side.form.warmth?.find((selection) => side.is(selection))?.value,
  );
  const takes = to.form.words.temperature;
  if (
    !words.has("temperature") &&
    before !== undefined &&
    after !== undefined &&
    before !== after &&
    takes &&
    (!takes.for || to.is(takes.for))
  )
    notes.add(
      "mind",
      "default_temperature_differs",
      "temperature",
      `is not set: ${from.baseId} then took ${before}, ${to.baseId} takes ${after}`,
    );
  const [old, next] = [from, to].map((side) => tokenizerOf(side).ratio);
  if (old !== undefined && next !== undefined && next / old > 1.25)
    notes.add(
      "mind",
      "newer_tokenizer_30_percent",
      to.form.words.maxTokens?.at[0]?.join(".") ?? "max_tokens",
      `stays as it is, and ${to.baseId} counts about ${Math.round((next / old - 1) * 100)} % more tokens for the same words: a limit ends answers sooner`,
    );
  const [context, room] = [from, to].map(({ baseId }) => limitsOf(baseId)?.context);
  if (context !== undefined && room !== undefined && room < context)
    notes.add(
      "mind",
      "smaller_context",
      "model_id",
      `${to.baseId} takes ${room} tokens, ${from.baseId} took ${context}: longer rows fail`,
    );
  if (to.modelFamily === "claude" && /sonnet-4-6|opus-4-[678]/.test(to.baseId) && !words.has("effort"))
    notes.add(
      "mind",
      "effort_defaults_to_high",
      "output_config.effort",
      `is high where nothing is set: answers of ${to.baseId} may be longer and slower`,
    );
  if (to.form.talk.is === "vector")
    notes.add(
      "mind",
      "other_vectors",
      "model_id",
      "vectors of two models cannot be compared: everything that is searched in has to be made anew",
    );
  notes.add(
    "mind",
    "paid_again",
    "ledger",
    "answers of the old model are never another's: every row is sent, and paid for, again",
  );
};

/** The new settings as a run reads them: what it would refuse is told here. */
export const judgeResult = (
  old: unknown,
  written: Record<string, unknown>,
  request: JsonObject,
  to: Side,
  notes: Notes,
): void => {
  const problem = problemOf(written);
  if (problem !== null && !(speaksAsSystem(problem) && speaksAsSystem(problemOf(old) ?? ""))) {
    notes.add("refused", "target_refuses", "request_format", problem);
    return;
  }
  // What stood in the way before is not the move's fault.
  if (problem !== null) notes.add("mind", "refused_before", "request_format", `${problem}: so it was before`);
  const family = familyOf(to.api, to.modelId, to.baseId);
  const { doubtful } = lintSample(family, request, [to.baseId]);
  const { note } = lintForModel(family, [to.baseId], request);
  for (const says of [...doubtful.map((what) => `${what}; Bedrock may refuse it`), ...note])
    notes.add("mind", "body_remark", "request_format", says);
};

const problemOf = (config: unknown): string | null => {
  const plan = compilePlan(offlineSettings(config), "templates");
  return plan instanceof ConnectorError ? (plan.detail ?? plan.message) : null;
};

const speaksAsSystem = (problem: string): boolean => /speak as the system/.test(problem);
