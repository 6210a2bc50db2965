/** A JSON Schema of properties, as far as words about it need it. */
interface Properties {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** The settings of a specification, a line each: name, whether it is required, what it is. Pure. */
export const settingLines = (schema: Readonly<Record<string, unknown>>): string[] => {
  const { properties = {}, required = [] } = schema as Properties;
  const names = Object.keys(properties);
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => {
    const { title = "" } = properties[name] as { title?: string };
    return `${name.padEnd(width)}  ${title}${required.includes(name) ? " (required)" : ""}`;
  });
};

/** What the streams of a catalog read of a row, and what they add to it. Pure. */
export const columnLines = (catalog: {
  readonly streams: readonly { readonly json_schema: unknown }[];
}): string[] =>
  catalog.streams.flatMap(({ json_schema }) => {
    const schema = json_schema as Properties & { readonly "x-output-schema"?: Properties };
    const read = Object.keys(schema.properties ?? {});
    const added = Object.keys(schema["x-output-schema"]?.properties ?? {});
    return [
      `reads ${read.length > 0 ? list(read) : "any columns"}`,
      ...(added.length > 0 ? [`adds ${list(added)}`] : ["a config says which columns it reads and adds"]),
    ];
  });

const list = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");
