/**
 * A Ruby pattern as JavaScript's: `^` and `$` match at every line, `m` lets the dot match line breaks, `x` allows
 * blanks and comments. @throws SyntaxError for a pattern that is none.
 */
export const rubyRegExp = (pattern: string, flags: string): RegExp => {
  const source = pattern.replace(flags.includes("x") ? extendedToken : token, (part) => {
    if (part.startsWith("[")) return part.replaceAll("\\h", "0-9a-fA-F");
    return part.startsWith("\\") ? (anchors.get(part) ?? part) : "";
  });
  return new RegExp(source, `gm${flags.includes("i") ? "i" : ""}${flags.includes("m") ? "s" : ""}`);
};

/** Ruby's gsub: `\1` is a group, `\0` the whole match, and a group that is not there is nothing. */
export const rubyReplace = (text: string, pattern: RegExp, replacement: string): string =>
  text.replace(pattern, (...match) =>
    replacement.replace(/\\(\d)/g, (_, group) => {
      const part = match[Number(group)];
      // Behind the groups stand the offset and the whole text.
      return typeof part === "string" && Number(group) < match.length - 2 ? part : "";
    }),
  );

/** An escape or a class in brackets. */
const token = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g;
/** The same, or what the flag `x` leaves out. */
const extendedToken = new RegExp(`${token.source}|#.*|\\s+`, "g");

const anchors: ReadonlyMap<string, string> = new Map([
  ["\\A", "(?<![\\s\\S])"],
  ["\\z", "(?![\\s\\S])"],
  ["\\Z", "(?=\\n?(?![\\s\\S]))"],
  ["\\h", "[0-9a-fA-F]"],
  ["\\H", "[^0-9a-fA-F]"],
]);
