import type { ItemEntity, ItemSentence, ItsFunction, Tokens, WinkMethods } from "wink-nlp";

export interface Analysis {
  /** From -1 to 1. */
  readonly sentiment: number;
  /** The most central sentence; empty for a text without words. */
  readonly gist: string;
  /** Sums, dates, addresses and the like, each once, in the order of the text. */
  readonly mentions: readonly { readonly value: string; readonly type: string }[];
  /** The stems of all words. */
  readonly stems: ReadonlySet<string>;
}

/** What the trained English model makes of a text. The same text always gives the same analysis. */
export const analyse = async (text: string): Promise<Analysis> => {
  const { readDoc, its } = await loadModel();
  const document = readDoc(text);
  const mentions = new Map<string, string>();
  document.entities().each((entity: ItemEntity) => {
    const value = entity.out().replace(/[.,\s]+$/, "");
    const type = String(entity.out(its.type));
    if (value && !plainNumbers.has(type)) mentions.set(value, type.toLowerCase());
  });
  const sentences: Sentence[] = [];
  document.sentences().each((sentence: ItemSentence) => {
    sentences.push({ text: sentence.out(), stems: contentStems(sentence, its) });
  });
  return {
    sentiment: Number(document.out(its.sentiment)) || 0,
    gist: mostCentral(sentences),
    mentions: [...mentions].map(([value, type]) => ({ value, type })),
    stems: stemsOf(document.tokens(), its),
  };
};

type Its = WinkMethods["its"];

interface Sentence {
  readonly text: string;
  readonly stems: ReadonlySet<string>;
}

const plainNumbers = new Set(["CARDINAL", "ORDINAL"]);

/** Loaded with the first text, because the model takes a quarter of a second and 3 MB to load. */
const loadModel = (): Promise<WinkMethods> => {
  model ??= Promise.all([import("wink-nlp"), import("wink-eng-lite-web-model")]).then(
    ([{ default: wink }, { default: english }]) => wink(english),
  );
  return model;
};
let model: Promise<WinkMethods> | undefined;

const contentStems = (sentence: ItemSentence, its: Its): Set<string> => {
  const words = sentence
    .tokens()
    .filter((token) => token.out(its.type) === "word" && !token.out(its.stopWordFlag));
  return stemsOf(words, its);
};

/** The package's types leave the word lists out of a token function's arguments, hence the cast. */
const stemsOf = (tokens: Pick<Tokens, "out">, its: Its): Set<string> =>
  new Set(tokens.out(its.stem as unknown as ItsFunction<string>));

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
