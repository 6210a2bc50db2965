import { type Analysis, analyse } from "./analyse.js";

/** A text's mood counts as neutral when it is closer to zero than this. */
export const neutralBand = 0.1;

/**
 * The option that fits the text best, by three hints: the option's own words, cue words for common labels, and
 * the mood where the options are moods. Ties go to a fallback like "other", then to the first option.
 */
export const chooseLabel = (options: readonly string[], text: Analysis): string => {
  const labels = options.map((option) => ({ option, ...analyse(option) }));
  const areMoods =
    labels.some(({ sentiment }) => sentiment > 0) && labels.some(({ sentiment }) => sentiment < 0);
  const scored = labels.map(({ option, stems, sentiment }) => {
    const cueStems = [...stems].flatMap((stem) => cues.get(stem) ?? []);
    const hits = [...stems, ...cueStems].filter((stem) => text.stems.has(stem)).length;
    const mood = areMoods && moodOf(sentiment, 0) === moodOf(text.sentiment, neutralBand) ? 2 : 0;
    return { option, score: hits + mood + (fallback.test(option) ? 0.5 : 0) };
  });
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).option;
};

const moodOf = (sentiment: number, band: number): number =>
  Math.abs(sentiment) <= band ? 0 : Math.sign(sentiment);

const fallback = /^(?:ham|other|none|general|normal|unknown|neutral|misc(?:ellaneous)?)$/i;

/** By the stem of a label's word: stems of words that often stand in such a text. */
const cues: ReadonlyMap<string, readonly string[]> = new Map([
  ["spam", ["free", "click", "offer", "winner", "guarante", "credit", "cash", "unsubscrib", "earn", "money"]],
  ["urgent", ["asap", "immedi", "urgent", "today", "now", "emerg"]],
  ["bill", ["invoic", "charg", "payment", "refund", "price", "pay"]],
  ["refund", ["charg", "return", "money", "back"]],
  ["complaint", ["terribl", "disappoint", "worst", "unaccept", "broken"]],
  ["question", ["?", "how", "what", "when", "where", "why"]],
  ["deliveri", ["ship", "arriv", "late", "parcel", "packag", "order", "courier"]],
  ["ship", ["deliv", "arriv", "late", "parcel", "packag", "order", "courier"]],
  ["technic", ["error", "crash", "bug", "fail", "broken", "login", "instal"]],
  ["bug", ["error", "crash", "fail", "broken"]],
]);
