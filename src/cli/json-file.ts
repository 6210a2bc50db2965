import { readFile } from "node:fs/promises";
import type { ParseError } from "jsonc-parser";
import { fileFailure } from "../core/file-failure.js";
import { notJson, parseJson } from "../core/parse-json.js";

/**
 * The JSON in a file, with comments and trailing commas where they are allowed. Throws a FileFailure with path, line
 * and column; never quotes content, which may be secret.
 */
export const readJsonFile = async (path: string, { comments = false } = {}): Promise<unknown> => {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileFailure("read", path, error);
  });
  return comments ? parseCommented(text.replace(/^\uFEFF/, ""), path) : parseJson(text, path);
};

const parseCommented = async (text: string, name: string): Promise<unknown> => {
  const { parse } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw await notJson(text, name, { lax: true });
  return value;
};
