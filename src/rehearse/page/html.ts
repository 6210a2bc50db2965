/** Text that is HTML already. Nothing but `html` makes it, so that what comes from anywhere is escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | false | readonly Part[];

/** HTML with every value escaped, in texts and in attributes that stand in double quotes. */
export const html = (words: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(
    words.map((word, index) => word + (index < parts.length ? textOf(parts[index] ?? null) : "")).join(""),
  );

const textOf = (part: Part): string => {
  if (part === null || part === false) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join("");
  return escaped(String(part));
};

/** Characters that no page may hold become the one that stands for them. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\uFFFD")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Words in which a number stays beside its sign. Never for what a row holds. */
export const glued = (words: string): string => words.replace(/(\d) (?=%|ms\b|s\b)/g, "$1\u00a0");
