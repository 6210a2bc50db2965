import type { Arbitrary } from "fast-check";
import { loadFastCheck } from "./fast-check.js";
import { compile, isSchema, type Schema } from "./read-schema.js";

/**
 * So many values that a schema of a connection form allows, the same every time. Required keys are always there,
 * the others by chance. Knows what forms hold: types, enum, const, choices (also where a condition leaves them), default,
 * pattern, bounds, plain objects, lists.
 */
export const configsOf = async (schema: Schema, count: number): Promise<unknown[]> => {
  const fc = await loadFastCheck();
  const valid = compile(schema);

  const value = (node: Schema): Arbitrary<unknown> => {
    if ("const" in node) return fc.constant(node.const);
    if (Array.isArray(node.enum)) return fc.constantFrom(...node.enum);
    if (Array.isArray(node.oneOf)) return fc.oneof(...node.oneOf.filter(isSchema).map(value));
    if ("default" in node) return fc.oneof(fc.constant(node.default), plain({ ...node, default: undefined }));
    return plain(node);
  };
  const plain = (node: Schema): Arbitrary<unknown> => {
    if (isSchema(node.else) && Array.isArray(node.else.oneOf)) return value(node.else);
    if (Array.isArray(node.type)) return fc.oneof(...node.type.map((type) => plain({ ...node, type })));
    const low = (key: string, otherwise: number) => Number(node[key] ?? otherwise);
    const bounds = { min: low("minimum", -1000), max: low("maximum", 1000) };
    switch (node.type) {
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer(bounds);
      case "number":
        return fc.double({ ...bounds, noNaN: true });
      case "array":
        return fc.array(value(isSchema(node.items) ? node.items : {}), {
          minLength: low("minItems", 0),
          maxLength: 3,
        });
      case "object":
        return object(node);
      case "string":
        return text(node);
      default:
        return fc.constant("anything");
    }
  };
  const text = (node: Schema): Arbitrary<string> => {
    const minLength = Number(node.minLength ?? 0);
    const maxLength = Math.min(Number(node.maxLength ?? 40), minLength + 40);
    if (typeof node.pattern === "string")
      return fc
        .stringMatching(new RegExp(node.pattern))
        .filter((made) => made.length <= Number(node.maxLength ?? 1e6));
    return fc.string({ minLength, maxLength });
  };
  const object = ({ properties, required }: Schema): Arbitrary<unknown> => {
    const parts = Object.entries(isSchema(properties) ? properties : {});
    const requiredKeys = Array.isArray(required)
      ? required.filter((key) => parts.some(([name]) => name === key))
      : [];
    return fc.record(Object.fromEntries(parts.map(([name, node]) => [name, value(node as Schema)])), {
      requiredKeys,
    });
  };

  return fc.sample(
    value({ type: "object", ...schema }).filter((config) => valid(config)),
    { seed: 7, numRuns: count },
  );
};
