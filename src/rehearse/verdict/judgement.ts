import type { Point } from "./points.js";
import type { Says } from "./rows-to-decide.js";
import { count, percent, rows } from "./words.js";

/** What all points together say, in words that say how sure it is. */
export interface Judgement {
  readonly says: Says;
  /** In a few words. */
  readonly title: string;
  readonly sentences: readonly string[];
  /** The share of rows that may be lost, by the user's word. */
  readonly tolerated: number;
  readonly points: readonly Point[];
  /** How many more rows would decide; `null` where it is decided, or a million would not. */
  readonly rows_more: number | null;
}

export const judgement = (points: readonly Point[], tolerated: number, hasTexts: boolean): Judgement => {
  const of = (says: Says): Point[] => points.filter((point) => point.says === says);
  const says: Says = of("worse").length > 0 ? "worse" : of("undecided").length > 0 ? "undecided" : "keeps";
  const open = of("undecided");
  const more = open.map(({ rows_more }) => rows_more);
  const rows_more = says !== "undecided" || more.includes(null) ? null : Math.max(...more.map(Number));
  const isCounted = points.some(({ about }) => about === "column" || about === "opinion");
  return {
    says,
    title: says === "keeps" && !isCounted ? "It answers as reliably as before" : titles[says],
    sentences: [
      ...[...of("worse"), ...open, ...of("keeps")].map((point) => sentenceOf(point, tolerated)),
      ...(says === "undecided" ? [needs(rows_more)] : []),
      ...(hasTexts
        ? [
            isCounted
              ? "How good its texts are no count tells: read the rows that differ."
              : "How good its texts are no count tells: read the rows that differ, or ask a judge.",
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

const sentenceOf = (point: Point, tolerated: number): string => {
  const { rows: lost, of, says, low, high } = point;
  const found = `${subject(point)} in ${count(lost)} of ${rows(of)}`;
  const limit = `${percent(tolerated)} is tolerated`;
  const beyond = point.share === lost / Math.max(1, of) ? "" : " more than before";
  if (says === "keeps")
    return `${found}: with 95 % confidence in at most ${percent(Math.max(0, high))}${beyond} of all, where ${limit}.`;
  if (says === "worse")
    return `${found}: with 95 % confidence in at least ${percent(low)}${beyond} of all, where ${limit}.`;
  return `${found}: of all it may be anything from ${percent(Math.max(0, low))} to ${percent(high)}${beyond}, on either side of the ${percent(tolerated)} that is tolerated.`;
};

const subject = ({ about, name }: Point): string => {
  if (about === "answers") return "It has no answer";
  if (about === "cut_off") return "Its answer is cut off";
  if (about === "opinion") return `In the opinion of ${name} the old answer is better`;
  return `${name} differs`;
};

const needs = (more: number | null): string =>
  more === null
    ? "No number of rows within reach would decide: what is found lies too near to what is tolerated."
    : `About ${rows(roundUp(more))} more would decide, if they are like these.`;

const roundUp = (value: number): number => {
  const step = value < 100 ? 5 : 10 ** Math.floor(Math.log10(value) - 1);
  return Math.ceil(value / step) * step;
};
