export type Schema = Readonly<Record<string, unknown>>;

/** What keeps a schema from being taken for structured outputs, in the service's manner; `null` when it is fine. */
export const subsetFault = (node: unknown): string | null => {
  if (typeof node !== "object" || node === null) return null;
  const schema = node as Schema;
  const extra = Object.keys(schema).find((key) => !known.has(key));
  if (extra) return `property '${extra}' is not supported`;
  if ([schema.type].flat().includes("object") && schema.additionalProperties !== false)
    return "For 'object' type, 'additionalProperties' must be explicitly set to false";
  if (typeof schema.minItems === "number" && schema.minItems > 1)
    return "For 'array' type, 'minItems' values other than 0 or 1 are not supported";
  return partsOf(schema).reduce<string | null>((fault, part) => fault ?? subsetFault(part), null);
};

const partsOf = ({ properties, $defs, definitions, items, anyOf, allOf }: Schema): unknown[] => [
  ...[properties, $defs, definitions].flatMap((map) => Object.values((map as object | undefined) ?? {})),
  ...[items, anyOf, allOf].flat(),
];

const known = new Set(
  (
    "type enum const anyOf allOf $ref $defs definitions properties required additionalProperties items minItems " +
    "format title description"
  ).split(" "),
);
