/** A prompt as the demo backend reads it. */
interface Prompt {
  /** The text to work on. */
  readonly data: string;
  /** The labels to choose from where the prompt says `one of: a, b, c`, else none. */
  readonly options: readonly string[];
}

const maxCharacters = 20_000;
const maxWordCharacters = 80;

/**
 * Takes the families' chat markup off and tells the instruction from the text it is about: the text follows the
 * list of labels, if there is one, and the first blank line after it, if there is one.
 */
export const readPrompt = (prompt: string): Prompt => {
  const text = withoutMarkup(prompt.slice(0, maxCharacters));
  const list = /\bone of:[ \t]*([^\n.;:)]{1,500})[^\n]*/i.exec(text);
  const options = (list?.[1] ?? "")
    .split(/,|\bor\b/i)
    .map(labelText)
    .filter(Boolean);
  if (!list || options.length < 2) return { data: readable(afterBlankLine(text)), options: [] };
  const data =
    afterBlankLine(text.slice(list.index + list[0].length)) || text.slice(0, list.index).trim() || text;
  return { data: readable(data), options };
};

const afterBlankLine = (text: string): string => {
  const blank = /\n[ \t]*\n/.exec(text);
  return (blank && text.slice(blank.index).trim()) || text.trim();
};

const withoutMarkup = (prompt: string): string =>
  prompt
    .replace(/<\|start_header_id\|>\w*<\|end_header_id\|>|<\|[a-z_]+\|>/g, "")
    .replace(/<\/?s>|\[\/?INST\]|<｜[^｜<>]*｜>|<think>\s*$/g, "")
    .replace(/^\s*User:|\nBot:\s*$/g, "")
    .replace(/\r\n?/g, "\n")
    .trim();

const labelText = (option: string): string => option.replace(/^[\s"'`([]+|[\s"'`)\]?!]+$/g, "");

/**
 * The text as prose: quote marks, tags, entities and lines of one mark, as mail is full of, become spaces, and so
 * do control characters and half characters. Overlong words are broken up, because the tokenizer takes cubic time
 * on one very long word.
 */
const readable = (text: string): string =>
  text
    .replace(/(?!\n)[\p{Cc}\p{Cs}]/gu, " ")
    .replace(/^(?: *>)+/gm, "")
    .replace(htmlTag, " ")
    .replace(/&(?:[a-z][a-z\d]{1,30}|#\d{1,7}|#x[\da-f]{1,6});/gi, " ")
    .replace(/([\p{P}\p{Sc}\p{Sk}\p{Sm}])\1{3,}/gu, (_, mark) => (sentenceEnds.has(mark) ? mark : " "))
    .replace(new RegExp(`\\S{${maxWordCharacters}}(?=\\S)`, "gu"), "$& ");

/** Not `<name@example.com>`, `<https://example.com>` or `3 < 5 > 2`. */
const htmlTag = /<(?:[/!?]?[a-z][\w-]*(?::\w+)?(?=[\s/>])|!--)[^<>\n]{0,300}>/gi;

/** One of a run of these stays, because a sentence ends there. */
const sentenceEnds: ReadonlySet<string> = new Set(["!", "?"]);
