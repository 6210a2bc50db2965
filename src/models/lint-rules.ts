import { search } from "../core/jmespath.js";
import { type JsonObject, valueAt } from "../core/json.js";
import type { Family, ModelRule } from "./families/family.js";
import { baseModelId } from "./find-family.js";
import { limitsOf } from "./limits.js";
import { isFor } from "./model-facts.js";

/**
 * What single models say of a body that fits their family's schema, by how sure it is. Names keys, never values.
 */
type ModelFindings = Readonly<Record<ModelRule["level"], readonly string[]>>;

/** @param modelIds The ids that may name the model; the first that does decides. */
export const lintForModel = (
  family: Family | null,
  modelIds: readonly string[],
  body: JsonObject,
): ModelFindings => {
  const base = modelIds.map(baseModelId).find((id) => id !== null);
  if (!family || !base) return nothing;
  const broken = rulesOf(family, base).filter(({ when }) => isTrue(search(when, body)));
  const says = (level: ModelRule["level"]): string[] =>
    broken.filter((rule) => rule.level === level).map((rule) => rule.says);
  return {
    refused: says("refused"),
    doubtful: [...says("doubtful"), ...overLimit(family, base, body)],
    note: says("note"),
  };
};

const nothing: ModelFindings = { refused: [], doubtful: [], note: [] };

const known = new Map<string, readonly ModelRule[]>();

/** Looked up for every row, so the model's own rules are picked once. */
const rulesOf = (family: Family, base: string): readonly ModelRule[] => {
  const key = `${family.name} ${base}`;
  let rules = known.get(key);
  if (!rules) {
    rules = (family.rules ?? []).filter((rule) => isFor(rule, base));
    known.set(key, rules);
  }
  return rules;
};

const overLimit = (family: Family, base: string, body: JsonObject): string[] => {
  const most = limitsOf(base)?.output;
  return family.request.maxTokens.flatMap((path) => {
    const asked = valueAt(body, path);
    return most !== undefined && typeof asked === "number" && asked > most
      ? [`${path.join(".")} is over ${most}, the most that this model is known to write`]
      : [];
  });
};

/** As JMESPath sees it: null, false and what is empty are not. */
const isTrue = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
};
