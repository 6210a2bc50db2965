import { type Json, tryParseJson } from "./json.js";

const hidden = "…";

/**
 * A service's message without what it may have quoted: ARNs, account ids, and words of the request body.
 * A single plain word stays, since it is the message's own far more often than a row's.
 */
export const redact = (message: string, body: string): string => {
  const texts = stringsIn(tryParseJson(body) ?? null).filter((text) => text.trim() !== "");
  const inBody = (part: string): boolean => texts.some((text) => text.includes(part));
  const words = message
    .replace(/arn:aws[\w-]*:[^\s"']+/g, "arn:…")
    .replace(/\b\d{12}\b/g, hidden)
    .replace(/(["'`“‘])([^"'`”’]+)(?=["'`”’])/g, (all, quote, inner) =>
      inBody(inner) ? `${quote}${hidden}` : all,
    )
    .split(" ");
  const telling = words.map(
    (word, index) => (tellsMuch(word, index) && inBody(bare(word))) || texts.includes(bare(word)),
  );
  // Two words in a row that stand in the body like this are a quotation.
  for (let index = 1; index < words.length; index++)
    if (inBody(`${words[index - 1]} ${words[index]}`)) telling[index - 1] = telling[index] = true;
  return words
    .map((word, index) => (telling[index] ? hidden : word))
    .join(" ")
    .replace(/…(?: …)+/g, hidden);
};

const bare = (word: string): string => word.replace(/^[([{]+|[)\]}.,:;!?]+$/g, "");

/** Numbers, addresses and names: one of them alone may be a row's value. */
const tellsMuch = (word: string, index: number): boolean =>
  bare(word).length > 3 && (/[\d@]/.test(word) || (index > 0 && /^\p{Lu}/u.test(bare(word))));

const stringsIn = (node: Json): string[] => {
  if (typeof node === "string") return [node];
  if (typeof node === "number") return [String(node)];
  return node !== null && typeof node === "object" ? Object.values(node).flatMap(stringsIn) : [];
};
