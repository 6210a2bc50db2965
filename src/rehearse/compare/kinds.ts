import { isObject, type Json } from "../../core/json.js";

/** What a column holds, which decides how two of its values are compared. */
export type ColumnKind = "category" | "number" | "text" | "vector" | "json";

export const columnKinds: readonly ColumnKind[] = ["category", "number", "text", "vector", "json"];

/**
 * What a column's values are, those of both sides together; values of a file may be texts of what they stand for. A
 * category has few values that come again and again.
 */
export const kindOf = (before: readonly Json[], after: readonly Json[]): ColumnKind => {
  const values = [...before, ...after].filter((value) => value !== null);
  if (values.length === 0) return "category";
  const all = (test: (value: Json) => boolean): boolean => values.every(test);
  if (all(isVector)) return "vector";
  if (all((value) => typeof value === "number")) return "number";
  if (all((value) => typeof value === "boolean")) return "category";
  if (values.some((value) => typeof value === "object")) return "json";
  const words = before.filter((value) => value !== null).map(plain);
  const different = new Set(words).size;
  const isShort = words.every((word) => word.length <= longest);
  return isShort && different <= mostCategories && different <= Math.max(2, words.length / 3)
    ? "category"
    : "text";
};

const longest = 80;
const mostCategories = 20;

const isVector = (value: Json): boolean =>
  Array.isArray(value) && value.length > 2 && value.every((item) => typeof item === "number");

/** A value of a file's cell as the other side has its type: `"3"` beside a number is 3. */
export const likeOther = (value: Json, others: readonly Json[]): Json => {
  if (typeof value !== "string" || others.some((other) => typeof other === "string")) return value;
  if (value.trim() === "") return null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
};

/** A value as its category is told by: no blanks around it, no capitals. */
export const plain = (value: Json): string =>
  (typeof value === "string" ? value : JSON.stringify(sorted(value))).trim().toLowerCase();

/** The same whatever the order of keys. */
export const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner as Json)]),
  );
};
