/**
 * A family's reply with its placeholders filled: a leaf that is exactly `{{ name }}` becomes the value of that
 * name, with its type. Everything else stays as it is.
 */
export const fill = (tree: unknown, values: Readonly<Record<string, unknown>>): unknown => {
  if (Array.isArray(tree)) return tree.map((item) => fill(item, values));
  if (tree !== null && typeof tree === "object")
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, fill(value, values)]));
  const name = typeof tree === "string" ? /^\{\{ (\w+) \}\}$/.exec(tree)?.[1] : undefined;
  if (name === undefined) return tree;
  if (!Object.hasOwn(values, name)) throw new Error(`A family's reply asks for an unknown value: ${name}`);
  return values[name];
};
