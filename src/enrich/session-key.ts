import { hash } from "node:crypto";
import { isObject } from "../core/json.js";

/**
 * Names settings and what they are for: a digest, so that no secret is kept as a key. A host hands the same settings
 * over with every row, so the last ones are compared before anything is hashed.
 */
export const sessionKey = (config: unknown, purpose: string): string => {
  if (last?.purpose === purpose && isSame(config, last.settings)) return last.key;
  const key = hash("sha256", JSON.stringify([purpose, config]), "hex");
  if (isFlat(config)) last = { purpose, settings: { ...config }, key };
  return key;
};

let last:
  | { readonly purpose: string; readonly settings: Record<string, unknown>; readonly key: string }
  | undefined;

/** Nothing in it can change without being seen, and JSON writes it as it stands. */
const isFlat = (config: unknown): config is Record<string, unknown> =>
  isObject(config) &&
  Object.getPrototypeOf(config) === Object.prototype &&
  Object.values(config).every((value) => value === null || plain.has(typeof value));

const plain = new Set(["string", "number", "boolean"]);

const isSame = (config: unknown, known: Record<string, unknown>): boolean => {
  if (!isFlat(config)) return false;
  const names = Object.keys(config);
  return names.length === Object.keys(known).length && names.every((name) => config[name] === known[name]);
};
