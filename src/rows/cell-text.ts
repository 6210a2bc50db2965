import { writeJson } from "../core/exact-json.js";
import { Scalar } from "../core/exact-number.js";

/** A value as the text of a cell: nothing for null, structures as JSON, numbers as their source wrote them. */
export const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return typeof value === "object" && !(value instanceof Scalar) ? writeJson(value) : String(value);
};
