import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { ConnectorError } from "../core/errors.js";
import { isObject, type Json, type JsonObject, valueAt } from "../core/json.js";
import { compileSchema } from "../core/json-schema.js";
import type { Family } from "./families/family.js";
import { namesPrompt } from "./find-family.js";
import { lintForModel } from "./lint-rules.js";

/**
 * What a family's schema and the model's own rules say of a body. Sentences name places and types, never values.
 */
interface BodyFindings {
  /**
   * A missing required key, a wrong type, what the model is documented to refuse: Bedrock is certain to refuse it.
   */
  readonly wrong: readonly string[];
  /** Unknown keys and ranges, what is only said of a model: Bedrock may know better than our schema. */
  readonly doubtful: readonly string[];
}

/**
 * Checks a body before any money is spent, for the model that the first of its ids names. Failure: `invalid_body`.
 */
export const checkBody = (
  family: Family | null,
  body: JsonObject,
  modelIds: readonly string[] = [],
): ConnectorError | null => {
  const { wrong } = lintBody(family, body, () => false, modelIds);
  if (wrong.length === 0) return null;
  const hint = wrong.some((what) => /must be (integer|number|string)/.test(what))
    ? ' {{ column | cast: "number" }} makes a number of text, cast: "string" text of a number.'
    : "";
  return new ConnectorError("invalid_body", `${wrong.join("; ")}.${hint}`);
};

export const lintBody = (
  family: Family | null,
  body: JsonObject,
  isOpen: (path: string) => boolean = () => false,
  modelIds: readonly string[] = [],
): BodyFindings => {
  const { wrong, doubtful } = lintShape(family, body, isOpen, modelIds);
  const byModel = lintForModel(family, modelIds, body);
  return { wrong: [...wrong, ...byModel.refused], doubtful: [...doubtful, ...byModel.doubtful] };
};

/** What the family's schema alone says. A prompt that is called by its ARN brings messages of its own. */
const lintShape = (
  family: Family | null,
  body: JsonObject,
  isOpen: (path: string) => boolean,
  modelIds: readonly string[],
): BodyFindings => {
  if (!family || validatorOf(family)(body)) return { wrong: [], doubtful: [] };
  const hasMessages = modelIds.some(namesPrompt);
  const errors = (validatorOf(family).errors ?? []).filter(
    ({ instancePath, params }) =>
      !isOpen(instancePath) && !(hasMessages && params.missingProperty === "messages"),
  );
  return {
    wrong: errors.filter(isCertain).map(describe),
    doubtful: errors.filter((error) => !isCertain(error)).map(describe),
  };
};

/** What the family and the model say of a sample request, whose placeholders may stand for anything. */
export const lintSample = (
  family: Family | null,
  sample: JsonObject,
  modelIds: readonly string[] = [],
): BodyFindings => {
  const isFilledLater = (path: string): boolean => {
    const keys = path
      .split("/")
      .slice(1)
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    return isOpen(valueAt(sample, keys));
  };
  const { wrong, doubtful } = lintShape(family, sample, isFilledLater, modelIds);
  // A placeholder may leave its key out, so what is refused because of one is only doubtful.
  const sure = lintForModel(family, modelIds, withoutOpen(sample) as JsonObject);
  const perhaps = lintForModel(family, modelIds, sample);
  return {
    wrong: [...wrong, ...sure.refused],
    doubtful: [
      ...doubtful,
      ...perhaps.refused.filter((what) => !sure.refused.includes(what)),
      ...perhaps.doubtful,
    ],
  };
};

const isOpen = (value: unknown): boolean => typeof value === "string" && /\{[{%]/.test(value);

const withoutOpen = (node: Json): Json => {
  if (Array.isArray(node)) return node.map(withoutOpen);
  if (isObject(node))
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, withoutOpen(inner as Json)]));
  return isOpen(node) ? null : node;
};

const validators = new Map<string, ValidateFunction>();

const validatorOf = ({ name }: Family): ValidateFunction => {
  const known = validators.get(name);
  if (known) return known;
  const file = new URL(`../../schemas/families/${name}.json`, import.meta.url);
  const validate = compileSchema(JSON.parse(readFileSync(file, "utf8")));
  validators.set(name, validate);
  return validate;
};

const isCertain = ({ keyword }: ErrorObject): boolean => certain.has(keyword);

const certain = new Set(["required", "type", "minProperties"]);

const describe = ({ keyword, instancePath, params, message }: ErrorObject): string => {
  const place = instancePath.slice(1).replaceAll("/", ".") || "the body";
  switch (keyword) {
    case "required":
      return `${place} lacks ${params.missingProperty}`;
    case "type":
      return `${place} must be ${[params.type].flat().join(" or ")}`;
    case "additionalProperties":
      return `${place} has the unknown key ${params.additionalProperty}`;
    case "minProperties":
      return `${place} is empty`;
    case "const":
      return `${place} must be ${params.allowedValue}`;
    case "enum":
      return `${place} must be one of ${params.allowedValues.join(", ")}`;
    default:
      return `${place} ${message}`;
  }
};
