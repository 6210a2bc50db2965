export type Fields = Record<string, unknown>;
/** A record to a request body; `null` where a column is missing. */
export type Template = (record: Fields) => unknown;

const placeholder = /\{\{ (\w[\w. ]*?)(?: \| default: "([^"]*)")? \}\}/g;

/** A JSON text with `{{ column }}` in its strings. Throws where it is none. */
export const compileTemplate = (source: string, defect: string): Template => {
  const sample: unknown = JSON.parse(source);
  if (/\{\{(?! \w[\w. ]*(?: \| default: \\"[^"]*\\")? \}\})/.test(source))
    throw new Error("a placeholder cannot be read");
  const inText = (text: string, record: Fields): string =>
    text.replace(placeholder, (_, name: string, otherwise: string | undefined) => {
      const value = record[defect === "reads up to a dot" ? name.replace(/\..*/, "") : name] ?? otherwise;
      if (value === undefined && defect !== "sends without") throw new Error(name);
      return typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
    });
  const fill = (node: unknown, record: Fields): unknown => {
    if (typeof node === "string") return inText(node, record);
    if (Array.isArray(node)) return node.map((item) => fill(item, record));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value, record)]));
  };
  return (record) => {
    try {
      return defect === "pastes text" ? inText(source, record) : fill(sample, record);
    } catch {
      return null;
    }
  };
};
