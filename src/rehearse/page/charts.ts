import type { Rehearsal } from "../rehearsal.js";
import { refusals } from "../said.js";
import { count, percent } from "../verdict/words.js";
import { glued, type Html, html } from "./html.js";
import { ratio } from "./numbers.js";

type Point = Rehearsal["judgement"]["points"][number];

/** One line of a chart: a number, its interval, and their words. */
interface Mark {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly words: string;
  readonly tone: string;
}

/** What each point loses, as an interval beside the tolerance. */
export const lossChart = ({ judgement }: Rehearsal): Html | null => {
  const { points, tolerated } = judgement;
  if (points.length === 0) return null;
  const most = Math.max(tolerated * 2, ...points.map(({ high }) => high)) * 1.04;
  const least = Math.min(0, ...points.map(({ low }) => Math.max(low, -most / 4)));
  const at = (share: number): number => (Math.max(share, least) - least) / (most - least);
  return chart(
    "What would be lost",
    `Shares of all rows, with their 95 % intervals. The dashed line is what is tolerated: ${percent(tolerated)}.`,
    points.map((point) => ({
      name: nameOf(point),
      value: point.share,
      low: point.low,
      high: point.high,
      words: `${percent(point.share)} (${percent(point.low)} to ${percent(point.high)})`,
      tone: point.says,
    })),
    at,
    { at: at(tolerated), words: percent(tolerated) },
  );
};

const nameOf = ({ about, name }: Point): string => {
  if (about === "answers") return "no answer";
  if (about === "cut_off") return "cut off";
  return about === "opinion" ? `opinion of ${name}` : `${name} differs`;
};

const sizeNames = {
  input_tokens: "tokens in",
  output_tokens: "tokens out",
  usd: "cost",
  latency_ms: "latency",
} as const;

/** What answers take, new against old, on a scale on which half and twice are equally far. */
export const sizeChart = ({ sizes }: Rehearsal): Html | null => {
  const marks = sizes.flatMap(({ name, ratio: found }): Mark[] => {
    if (found === null || !(found.value > 0)) return [];
    const [low, high] = [found.low ?? found.value, found.high ?? found.value];
    const words = `× ${ratio(found.value)} (${ratio(low)} to ${ratio(high)})`;
    return [{ name: sizeNames[name], value: found.value, low, high, words, tone: "plain" }];
  });
  if (marks.length === 0) return null;
  const reach = Math.max(2, ...marks.flatMap(({ low, high }) => [1 / Math.max(low, 1e-3), high])) * 1.1;
  const at = (value: number): number => (Math.log(Math.max(value, 1 / reach)) / Math.log(reach) + 1) / 2;
  return chart(
    "What answers take",
    "New against old: left of the line is less, right of it is more.",
    marks,
    at,
    { at: 0.5, words: "as much" },
  );
};

const chart = (
  title: string,
  note: string,
  marks: readonly Mark[],
  at: (value: number) => number,
  line: { readonly at: number; readonly words: string },
): Html => html`<figure class="chart">
<figcaption><h2>${title}</h2><p>${glued(note)}</p></figcaption>
<div class="marks">
<span></span><span></span><svg class="axis" height="18" aria-hidden="true"><text x="${per(line.at)}" y="13" text-anchor="${anchor(line.at)}">${glued(line.words)}</text></svg>
${marks.map(
  ({
    name,
    value,
    low,
    high,
    words,
    tone,
  }) => html`<span class="name">${name}</span><span class="words">${glued(words)}</span><svg class="mark ${tone}" height="26" role="img" aria-label="${name}: ${words}"><line class="ground" x1="0" x2="100%" y1="13" y2="13"/><line class="limit" x1="${per(line.at)}" x2="${per(line.at)}" y1="0" y2="26"/><line class="reach" x1="${per(at(low))}" x2="${per(at(high))}" y1="13" y2="13"/><line class="end" x1="${per(at(low))}" x2="${per(at(low))}" y1="8" y2="18"/><line class="end" x1="${per(at(high))}" x2="${per(at(high))}" y1="8" y2="18"/><circle cx="${per(at(value))}" cy="13" r="5"/></svg>
`,
)}</div>
</figure>`;

const per = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
const anchor = (share: number): string => (share < 0.1 ? "start" : share > 0.9 ? "end" : "middle");

const parts = [
  ["answered", "answered"],
  ["cut_off", "answered, but cut off"],
  ["refused", "refused"],
  ["empty", "empty"],
  ["misfit", "off the schema"],
  ["other", "no answer otherwise"],
] as const;

/** What became of the rows on both sides, as two bars. */
export const fateChart = ({ pairs }: Rehearsal): Html => {
  const counts = (side: "before" | "after"): Map<string, number> => {
    const found = new Map<string, number>();
    for (const { [side]: said } of pairs) {
      const fate = fateOf(said);
      found.set(fate, (found.get(fate) ?? 0) + 1);
    }
    return found;
  };
  const sides = { old: counts("before"), new: counts("after") };
  const shown = parts.filter(([part]) => sides.old.has(part) || sides.new.has(part));
  const bar = (name: "old" | "new"): Html => {
    let x = 0;
    const pieces = shown.map(([part]) => {
      const width = (sides[name].get(part) ?? 0) / pairs.length;
      const piece = html`<rect class="${part}" x="${per(x)}" width="${per(width)}" y="3" height="20"/>`;
      x += width;
      return piece;
    });
    const words = shown.map(([part, title]) => `${count(sides[name].get(part) ?? 0)} ${title}`).join(", ");
    return html`<span class="name">${name}</span><span class="words">${count(sides[name].get("answered") ?? 0)} of ${count(pairs.length)}</span><svg class="bar" height="26" role="img" aria-label="${name}: ${words}">${pieces}</svg>
`;
  };
  return html`<figure class="chart">
<figcaption><h2>What became of the rows</h2><ul class="legend">${shown.map(([part, title]) => html`<li class="${part}">${title} <b>${count(sides.old.get(part) ?? 0)} → ${count(sides.new.get(part) ?? 0)}</b></li>`)}</ul></figcaption>
<div class="marks">${bar("old")}${bar("new")}</div>
</figure>`;
};

const fateOf = (said: Rehearsal["pairs"][number]["after"]): (typeof parts)[number][0] => {
  if (said.columns !== null) return said.cut_off ? "cut_off" : said.empty ? "empty" : "answered";
  if (refusals.has(said.error ?? "")) return "refused";
  if (said.empty) return "empty";
  if (said.cut_off) return "cut_off";
  return said.error === "schema_mismatch" ? "misfit" : "other";
};

/** Which categories became which. */
export const movesChart = ({ columns }: Rehearsal): Html[] =>
  columns.flatMap(({ name, moves = [], new_values = [], different }) => {
    if (moves.length === 0) return [];
    const most = Math.max(...moves.map(({ rows }) => rows));
    const shown = moves.slice(0, 8);
    const left = moves.length - shown.length;
    return [
      html`<figure class="chart">
<figcaption><h2>Where <q>${name}</q> moved</h2><p>${count(different.rows)} of ${count(different.of)} rows${new_values.length > 0 ? html`; never seen before: ${new_values.slice(0, 5).map((value, index) => html`${index > 0 ? ", " : ""}<bdi>${short(value)}</bdi>`)}` : null}.</p></figcaption>
<div class="marks">${shown.map(
        ({
          from,
          to,
          rows,
        }) => html`<span class="name"><bdi>${short(from)}</bdi> → <bdi>${short(to)}</bdi></span><span class="words">${count(rows)}</span><svg class="bar" height="22" aria-hidden="true"><rect class="moved" x="0" width="${per(rows / most)}" y="4" height="14"/></svg>
`,
      )}</div>${left > 0 ? html`<p>and ${count(left)} more</p>` : null}
</figure>`,
    ];
  });

const short = (text: string): string =>
  text === "" ? "(empty)" : text.length > 40 ? `${text.slice(0, 39)}…` : text;
