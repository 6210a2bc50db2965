import { readFile } from "node:fs/promises";
import type { ParseError, ParseOptions } from "jsonc-parser";
import { cannotRun, fileFailure } from "../cli/failure.js";

/**
 * The JSON in a file, with comments and trailing commas where they are allowed. Throws "cannot run" with path, line
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
  const value: unknown = parse(text, errors, commented);
  if (errors.length > 0) throw cannotRun(`${name} is not JSON${await placeOfError(text, commented)}`);
  return value;
};

const commented: ParseOptions = { allowTrailingComma: true };

/** JSON.parse with a place instead of a quotation in the error. A leading byte order mark is allowed. */
export const parseJson = async (text: string, name: string): Promise<unknown> => {
  const body = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(body);
  } catch {
    throw cannotRun(`${name} is not JSON${await placeOfError(body)}`);
  }
};

const strict: ParseOptions = { disallowComments: true, allowTrailingComma: false };

async function placeOfError(text: string, options = strict): Promise<string> {
  if (text.trim() === "") return ": it is empty";
  // Loaded on the error path only: most runs never need it.
  const { parse, printParseErrorCode } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  parse(text, errors, options);
  const [first] = errors;
  if (first === undefined) return "";
  const before = text.slice(0, first.offset).split("\n");
  const what = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
  return `: line ${before.length}, column ${(before.at(-1) ?? "").length + 1} (${what})`;
}
