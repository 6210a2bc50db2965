import { isObject, tryParseJson } from "../core/json.js";
import { nearest } from "../core/nearest.js";
import { trace } from "../core/outcome.js";

/** The columns of `write_back_columns`, JSON text, each with its path; `null` for what is no object of texts. */
export const pathsOf = (text: unknown): Readonly<Record<string, string>> | null => {
  const columns = typeof text === "string" ? tryParseJson(text) : undefined;
  if (!isObject(columns) || !Object.values(columns).every((path) => typeof path === "string" && path !== ""))
    return null;
  return columns as Record<string, string>;
};

/** What is wrong with them, as a sentence. */
export const wrongColumns = (text: unknown): string | null => {
  if (text === undefined) return null;
  const columns = pathsOf(text);
  if (!columns || Object.keys(columns).length === 0)
    return 'must be a JSON object that gives each column of the table a field, such as {"summary": "completion"}';
  const known = Object.keys(trace({}));
  for (const path of Object.values(columns)) {
    const [field, fact] = path.split(".");
    if (field !== "_bedrock" || fact === undefined || known.includes(fact)) continue;
    const close = nearest(fact, known);
    return `takes ${path}, which there is not${close ? `; did you mean _bedrock.${close}?` : `: _bedrock has ${known.join(", ")}`}`;
  }
  return null;
};
