import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";

/** Where JSON text breaks and, in a few words, how. It quotes nothing of the text, which may be secret. */
interface JsonBreak {
  readonly offset: number;
  readonly cause: string;
}

/** The first place where text is not JSON; with `lax`, comments and trailing commas are. */
export const findJsonBreak = (text: string, { lax = false } = {}): JsonBreak | undefined => {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: !lax, allowTrailingComma: lax });
  const [first] = errors;
  if (first === undefined) return undefined;
  const cause = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
  return { offset: first.offset, cause };
};

/** An offset as editors count: "line 1, column 1" is the start. */
export const placeOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
};
