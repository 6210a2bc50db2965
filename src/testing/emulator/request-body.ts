import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { search } from "../../core/jmespath.js";
import type { Json } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";
import { isFor } from "../../models/model-facts.js";
import type { Model } from "./find-model.js";
import { type HttpReply, refuse, type WireRequest } from "./http-message.js";

interface Body {
  readonly json: Readonly<Record<string, unknown>>;
}

/** The JSON body of an invocation, checked for the model, or words like the service's on what is wrong. */
export const readBody = (
  request: Pick<WireRequest, "headers" | "body">,
  { family, baseId }: Model,
): Body | HttpReply => {
  const contentType = request.headers["content-type"] ?? "";
  if (!/^application\/json *(;|$)/i.test(contentType))
    return malformed("The content type of the request must be application/json.");
  let json: unknown;
  try {
    json = JSON.parse(request.body.toString());
  } catch {
    return malformed("The provided request is not valid JSON");
  }
  const validate = validatorOf(family);
  if (validate(json)) {
    const refused = family.rules?.find(
      (rule) => rule.level === "refused" && isFor(rule, baseId) && isTrue(search(rule.when, json as Json)),
    );
    return refused ? malformed(`${refused.says}.`) : { json: json as Body["json"] };
  }
  const faults = (validate.errors ?? []).map(describe).join(", ");
  return malformed(`Malformed input request: ${faults}, please reformat your input and try again.`);
};

/** No rule that refuses finds an empty list, text or object. */
const isTrue = (value: unknown): boolean => value !== null && value !== false;

const malformed = (message: string): HttpReply => refuse(400, "ValidationException", message);

const ajv = new Ajv({ strict: false, allErrors: true, verbose: true });
const validators = new Map<string, ValidateFunction>();

const validatorOf = ({ name }: Family): ValidateFunction => {
  let validate = validators.get(name);
  if (!validate) {
    const schema = new URL(`../../../schemas/families/${name}.json`, import.meta.url);
    validate = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));
    validators.set(name, validate);
  }
  return validate;
};

/** One fault in the service's wording. Keys, types, counts and numbers are named; strings never are. */
const describe = ({ instancePath, keyword, params, message, data }: ErrorObject): string => {
  const say = wordings[keyword];
  return `#${instancePath}: ${say ? say(params, data) : message}`;
};

const wordings: Readonly<Record<string, (params: ErrorObject["params"], data: unknown) => string>> = {
  required: ({ missingProperty }) => `required key [${missingProperty}] not found`,
  additionalProperties: ({ additionalProperty }) => `extraneous key [${additionalProperty}] is not permitted`,
  type: ({ type }, data) =>
    `expected type: ${[type].flat().map(typeTitle).join(" or ")}, found: ${typeTitle(typeOf(data))}`,
  minimum: ({ limit }, data) => `${data} is not greater or equal to ${limit}`,
  maximum: ({ limit }, data) => `${data} is not less or equal to ${limit}`,
  exclusiveMinimum: ({ limit }, data) => `${data} is not greater than ${limit}`,
  exclusiveMaximum: ({ limit }, data) => `${data} is not less than ${limit}`,
  minItems: ({ limit }, data) => `expected minimum item count: ${limit}, found: ${sizeOf(data)}`,
  maxItems: ({ limit }, data) => `expected maximum item count: ${limit}, found: ${sizeOf(data)}`,
  minLength: ({ limit }, data) => `expected minLength: ${limit}, actual: ${sizeOf(data)}`,
  maxLength: ({ limit }, data) => `expected maxLength: ${limit}, actual: ${sizeOf(data)}`,
  enum: ({ allowedValues }) => `the value is not one of [${allowedValues.join(", ")}]`,
  const: ({ allowedValue }) => `the value is not ${allowedValue}`,
};

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const typeTitle = (type: string): string =>
  type === "object" || type === "array" ? `JSON${capital(type)}` : capital(type);
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const sizeOf = (value: unknown): number => (value as string | unknown[]).length;
