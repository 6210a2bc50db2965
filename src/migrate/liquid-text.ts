/** Placeholders and tags of Liquid, with what is quoted inside of them. */
const markup = /\{\{(?:"[^"]*"|'[^']*'|(?!\}\})[\s\S])*?\}\}|\{%(?:"[^"]*"|'[^']*'|(?!%\})[\s\S])*?%\}/g;

export const holdsLiquid = (value: unknown): boolean => typeof value === "string" && /\{[{%]/.test(value);

/** The text with all markup covered, at its length: what stands inside of it is no mark of a turn. */
export const maskLiquid = (text: string): string =>
  text.replace(markup, (part) => "\u{1}".repeat(part.length));

/** A text that is one placeholder alone, whose value keeps its type. */
export const isAlone = (text: string): boolean => {
  const [only] = text.match(markup) ?? [];
  return only !== undefined && only === text.trim() && only.startsWith("{{");
};

const blocks = new Set(["if", "unless", "case", "for", "tablerow", "capture", "comment", "raw"]);

/** Why a text that is cut into these pieces would say something else; `null` where it says the same. */
export const cutProblem = (pieces: readonly string[]): string | null => {
  for (const piece of pieces) {
    const open: string[] = [];
    for (const [tag = ""] of piece.match(markup)?.map((part) => [part]) ?? []) {
      const name = /^\{%-?\s*(\w+)/.exec(tag)?.[1] ?? "";
      if (blocks.has(name)) open.push(name);
      const ended = /^end(\w+)$/.exec(name)?.[1];
      if (ended !== undefined && open.pop() !== ended) return `{% ${name} %} ends what another turn began`;
      if (/^(?:else|elsif|when)$/.test(name) && open.length === 0)
        return `{% ${name} %} belongs to what another turn began`;
    }
    if (open.length > 0) return `{% ${open[0]} %} begins in one turn and ends in another`;
  }
  return sharedName(pieces);
};

/** The same for texts that are joined to one. */
export const sharedName = (pieces: readonly string[]): string | null => {
  for (const [index, piece] of pieces.entries())
    for (const name of assigned(piece))
      if (pieces.some((other, at) => at !== index && names(other).has(name)))
        return `${name} is given a value in one place and read in another`;
  return null;
};

const assigned = (text: string): string[] =>
  (text.match(markup) ?? []).flatMap((part) =>
    [...part.matchAll(/\b(?:assign|capture|increment|decrement)\s+([\w-]+)/g)].map(([, name = ""]) => name),
  );

const names = (text: string): ReadonlySet<string> =>
  new Set((text.match(markup) ?? []).flatMap((part) => part.match(/[\w-]+/g) ?? []));
