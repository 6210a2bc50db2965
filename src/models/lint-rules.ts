import { search } from "../core/jmespath.js";
import { type JsonObject, valueAt } from "../core/json.js";
import type { Family, ModelRule } from "./families/family.js";
import { firstBaseModel } from "./find-family.js";
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
  const known = family && ofModel(family, modelIds);
  if (!known) return nothing;
  const broken = known.rules.filter(({ when }) => isTrue(search(when, body)));
  const over = overLimit(known, body);
  if (broken.length === 0 && over.length === 0) return nothing;
  const says = (level: ModelRule["level"]): string[] =>
    broken.filter((rule) => rule.level === level).map((rule) => rule.says);
  return { refused: says("refused"), doubtful: [...says("doubtful"), ...over], note: says("note") };
};

const nothing: ModelFindings = { refused: [], doubtful: [], note: [] };

/** What a body is held to. */
interface OfModel {
  readonly rules: readonly ModelRule[];
  /** The most output tokens, where they are known, and where a body sets its limit of them. */
  readonly most: number | undefined;
  readonly limits: Family["request"]["maxTokens"];
}

const models = new Map<string, OfModel | null>();

/** Looked up for every row, so what holds for a model is found once. */
const ofModel = (family: Family, modelIds: readonly string[]): OfModel | null => {
  const key = `${family.name} ${modelIds.join(" ")}`;
  const known = models.get(key);
  if (known !== undefined) return known;
  const base = firstBaseModel(...modelIds);
  const found =
    base === null
      ? null
      : {
          rules: (family.rules ?? []).filter((rule) => isFor(rule, base)),
          most: limitsOf(base)?.output,
          limits: family.request.maxTokens,
        };
  models.set(key, found);
  return found;
};

const overLimit = ({ most, limits }: OfModel, body: JsonObject): string[] =>
  most === undefined
    ? []
    : limits
        .filter((path) => isAbove(most, valueAt(body, path)))
        .map((path) => `${path.join(".")} is over ${most}, the most that this model is known to write`);

const isAbove = (most: number, asked: unknown): boolean => typeof asked === "number" && asked > most;

/** As JMESPath sees it: null, false and what is empty are not. */
const isTrue = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
};
