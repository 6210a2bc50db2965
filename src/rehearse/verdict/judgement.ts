import type { Point } from "./points.js";
import type { Says } from "./rows-to-decide.js";
import { count, percent, rows } from "./words.js";

/** What all points together say, in words that say how sure it is. */
export interface Judgement {
  readonly says: Says;
  /** In a few words. */
  readonly title: string;
  /** In a sentence, with how sure it is and, where too few rows tell, how many more would decide. */
  readonly summary: string;
  /** What bears it out, the gravest first. */
  readonly sentences: readonly string[];
  /** The share of rows that may be lost, by the user's word. */
  readonly tolerated: number;
  readonly points: readonly Point[];
  /** How many more rows would decide; `null` where it is decided, or a million would not. */
  readonly rows_more: number | null;
}

/** @param hasTexts whether a column holds texts, which no count judges */
export const judgement = (points: readonly Point[], tolerated: number, hasTexts: boolean): Judgement => {
  const of = (says: Says): Point[] => points.filter((point) => point.says === says);
  const [worse, open, kept] = [of("worse"), of("undecided"), of("keeps")];
  const says: Says = worse.length > 0 ? "worse" : open.length > 0 ? "undecided" : "keeps";
  const more = open.map(({ rows_more }) => rows_more);
  const rows_more = says !== "undecided" || more.includes(null) ? null : Math.max(...more.map(Number));
  const isCounted = points.some(({ about }) => about === "column" || about === "opinion");
  return {
    says,
    title: says === "keeps" && !isCounted ? "It answers as reliably as before" : titles[says],
    summary: summaries[says](percent(tolerated), rows_more),
    sentences: [
      ...[...worse, ...open, ...kept].map((point) => `${found(point)}, so in ${reach(point)} of all.`),
      ...(hasTexts
        ? [
            `How good texts are no count tells: read the rows that differ${isCounted ? "" : ", or ask a judge"}.`,
          ]
        : []),
    ],
    tolerated,
    points,
    rows_more,
  };
};

const titles: Readonly<Record<Says, string>> = {
  keeps: "It keeps what was there",
  worse: "It is worse",
  undecided: "Too few rows to tell",
};

const summaries: Readonly<Record<Says, (tolerated: string, more: number | null) => string>> = {
  keeps: (tolerated) =>
    `With 95 % confidence it loses no more than the ${tolerated} of rows that may be lost.`,
  worse: (tolerated) => `With 95 % confidence it loses more than the ${tolerated} of rows that may be lost.`,
  undecided: (tolerated, more) =>
    `It may lose less or more than the ${tolerated} of rows that may be lost. ${
      more === null
        ? "These rows lie right at that, where no number decides; more of them may lie elsewhere."
        : `About ${rows(roundUp(more))} more would decide, if they are like these.`
    }`,
};

const found = (point: Point): string => {
  const { about, name, rows: lost, of } = point;
  const where = `in ${count(lost)} of ${rows(of)}`;
  if (about === "answers") return `It has no answer ${where}`;
  if (about === "cut_off") return `Its answer is cut off ${where}`;
  if (about === "opinion") return `In the opinion of ${name} the old answer is better ${where}`;
  return `${name} differs ${where}`;
};

/** Where the share of all rows is; it may be set against what is lost anyway. */
const reach = ({ says, rows: lost, of, share, low, high }: Point): string => {
  const more = Math.abs(share - lost / Math.max(1, of)) < 1e-12 ? "" : " more than before";
  if (says === "worse") return `at least ${percent(low)}${more}`;
  if (says === "keeps") return `at most ${percent(Math.max(0, high))}${more}`;
  return `${percent(Math.max(0, low))} to ${percent(high)}${more}`;
};

const roundUp = (value: number): number => {
  const step = value < 100 ? 5 : 10 ** Math.floor(Math.log10(value) - 1);
  return Math.ceil(value / step) * step;
};
