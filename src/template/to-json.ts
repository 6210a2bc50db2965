import { Drop } from "liquidjs";
import type { Json } from "../core/json.js";

/** The value as fast JSON; `undefined`, to leave the key out, for null and what JSON lacks. */
export const toJson = (value: unknown): Json | undefined => {
  if (value === null || value === undefined || value instanceof Drop) return undefined;
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "bigint") return String(value);
  if (typeof value === "object") return JSON.parse(JSON.stringify(value), withWellFormedKeys) as Json;
  return typeof value === "number" && !Number.isFinite(value) ? undefined : (value as Json);
};

const withWellFormedKeys = (_: string, value: Json): Json => {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), inner]));
};
