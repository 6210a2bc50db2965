import { isObject, type Json, type JsonObject } from "../../core/json.js";
import { pointed } from "./output-schema.js";

/** A schema as Bedrock's structured outputs take it. */
interface Subset {
  /** What is sent. It never allows less than can be told, and the whole schema is enforced after the call. */
  readonly schema: JsonObject;
  /** What could not be sent, such as `minLength at name`. */
  readonly left: readonly string[];
  /** What cannot be put otherwise, in sentences that say what to change. */
  readonly problems: readonly string[];
}

/**
 * Translates a schema into the part of JSON Schema that Bedrock keeps to. Source: the user guide's page on
 * structured outputs, "Supported JSON Schema features".
 */
export const toSubset = (root: JsonObject): Subset => {
  const left: string[] = [];
  const problems: string[] = recursive(root).map(
    (ref) => `${ref} leads back to itself: write its levels out`,
  );

  const many = (map: unknown, place: (key: string) => string): JsonObject =>
    Object.fromEntries(Object.entries(map as JsonObject).map(([key, node]) => [key, walk(node, place(key))]));
  const list = (nodes: unknown, place: string): Json[] =>
    [nodes].flat().map((node) => walk(node as Json, place));

  const walk = (node: Json, place: string): Json => {
    if (!isObject(node)) return {};
    const sent: JsonObject = {};
    const dropped: JsonObject = {};
    for (const [key, value] of Object.entries(node) as [string, Json][]) {
      if (plain.has(key)) sent[key] = value;
      else if (key === "properties") sent[key] = many(value, (name) => (place ? `${place}.${name}` : name));
      else if (key === "$defs" || key === "definitions") sent[key] = many(value, (name) => `${key}.${name}`);
      else if (key === "items" && isObject(value)) sent[key] = walk(value as Json, `${place}[]`);
      else if (key === "anyOf") sent[key] = list(value, place);
      else if (key === "oneOf") sent.anyOf = list(value, place);
      else if (key === "allOf" && ![value].flat().some((part) => isObject(part) && part.properties))
        sent[key] = list(value, place);
      else if (key === "minItems" && typeof value === "number") sent[key] = Math.min(value, 1);
      else if (key === "format" && formats.has(String(value))) sent[key] = value;
      if (!(key in sent) && !silent.has(key)) dropped[key] = value;
      if (key === "oneOf" || (key === "minItems" && sent[key] !== value)) dropped[key] = value;
    }
    problems.push(...refusals(node, root, place || "its top"));
    if (isObject(node.properties) || [node.type].flat().includes("object")) sent.additionalProperties = false;
    const names = Object.keys(dropped);
    left.push(...names.map((name) => `${name} at ${place || "its top"}`));
    const said = names
      .filter((name) => name !== "oneOf")
      .map((name) => `${name} ${JSON.stringify(dropped[name])}`);
    if (said.length > 0)
      sent.description = [node.description, `(${said.join(", ")})`].filter(Boolean).join(" ");
    return sent;
  };

  return { schema: walk(root, "") as JsonObject, left, problems };
};

/** Keywords that go as they are. */
const plain = new Set(["type", "enum", "const", "$ref", "required", "title", "description"]);

/** Keywords that say nothing of an answer, or whose place is taken by another. */
const silent = new Set(
  "$schema $id $comment $anchor default examples deprecated readOnly writeOnly additionalProperties oneOf".split(
    " ",
  ),
);

const formats = new Set("date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "));

/** What has no counterpart at one place of a schema. */
const refusals = (node: Record<string, unknown>, root: JsonObject, place: string): string[] => {
  const { additionalProperties: rest, enum: values, $ref } = node;
  const isOpen = [node.type].flat().includes("object") && !isObject(node.properties);
  const rules: readonly (readonly [boolean, string])[] = [
    [
      isObject(rest) && Object.keys(rest).length > 0,
      "has a schema as additionalProperties: name the properties",
    ],
    [isOpen, "is an object without properties: name them"],
    [
      Array.isArray(values) && values.some((value) => typeof value === "object" && value !== null),
      "has objects or lists in its enum: use text, numbers, booleans or null",
    ],
    [
      typeof $ref === "string" && pointed(root, $ref) === undefined,
      "has a $ref that leads out of the schema: put the definition under $defs",
    ],
    [
      [node.allOf ?? []].flat().some((part) => isObject(part) && part.properties !== undefined),
      "has properties inside allOf: put them into one object",
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, sentence]) => `${place} ${sentence}`);
};

/** The references of a schema that lead back to themselves. */
const recursive = (root: JsonObject): string[] => {
  const state = new Map<string, "open" | "done">();
  const found = new Set<string>();
  const walk = (node: Json | undefined): void => {
    if (typeof node !== "object" || node === null) return;
    const { $ref } = node as JsonObject;
    if (typeof $ref === "string") follow($ref);
    for (const part of Object.values(node)) walk(part);
  };
  const follow = (ref: string): void => {
    if (state.get(ref) === "open" || ref === "#") found.add(ref);
    if (state.has(ref) || ref === "#") return;
    state.set(ref, "open");
    walk(pointed(root, ref));
    state.set(ref, "done");
  };
  walk(root);
  return [...found];
};
