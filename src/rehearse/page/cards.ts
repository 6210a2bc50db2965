import type { Json } from "../../core/json.js";
import { asText } from "../compare/values.js";
import type { Rehearsal } from "../rehearsal.js";
import { count, percent } from "../verdict/words.js";
import { type Html, html } from "./html.js";
import { marked } from "./marks.js";
import { milliseconds, ratio, usd } from "./numbers.js";

type Pair = Rehearsal["pairs"][number];

/** The pairs that a page shows: all of them, or of very many those that differ most. In the order of the input. */
export const shownPairs = ({ pairs }: Pick<Rehearsal, "pairs">): readonly Pair[] => {
  if (pairs.length <= mostPairs) return pairs;
  const weight = (pair: Pair): number =>
    isFailed(pair) ? 3 : pair.different.length > 0 ? 2 - (pair.likeness ?? 0) : 0;
  return [...pairs]
    .sort((one, other) => weight(other) - weight(one))
    .slice(0, mostPairs)
    .sort((one, other) => one.place - other.place);
};

const mostPairs = 1000;

export const isFailed = ({ before, after }: Pair): boolean =>
  [before, after].some(({ columns, cut_off }) => columns === null || cut_off === true);

export const isDifferent = ({ different, before, after }: Pair): boolean =>
  different.length > 0 || (before.columns === null) !== (after.columns === null);

/** Pairs whose new answers cost most, dearest first. */
export const dearest = (pairs: readonly Pair[]): readonly Pair[] =>
  pairs
    .filter(({ after }) => after.usd !== null)
    .sort((one, other) => (other.after.usd ?? 0) - (one.after.usd ?? 0))
    .slice(0, 25);

/** One row, with both answers beside each other. Open where there is something to see. */
export const card = (pair: Pair, isDear: boolean): Html => {
  const { place, different, before, after, opinion } = pair;
  const failed = isFailed(pair);
  const states = [isDifferent(pair) && "different", failed && "failed", isDear && "dear"]
    .filter(Boolean)
    .join(" ");
  const names = [...new Set([...Object.keys(before.columns ?? {}), ...Object.keys(after.columns ?? {})])];
  return html`<article class="row ${states}" id="row-${place}"><details${states.includes("different") || failed ? html` open` : null}>
<summary><b>Row ${count(place)}</b>${different.map((name) => html`<span class="chip">${name}</span>`)}${(
    ["before", "after"] as const
  ).map((side) =>
    pair[side].error === null
      ? pair[side].cut_off
        ? html`<span class="chip bad">${sides[side]}: cut off</span>`
        : null
      : html`<span class="chip bad">${sides[side]}: ${pair[side].error}</span>`,
  )}${opinion ? html`<span class="chip opinion" title="${opinion.reason}">${opinions[opinion.better]}</span>` : null}<span class="cost">${costs(pair)}</span></summary>
<div class="answers"><div class="head"></div><div class="head">old</div><div class="head">new</div>
${names.map((name, index) => answerRow(name, pair, index === 0))}${names.length === 0 ? html`<div class="column">–</div>${none("old", before)}${none("new", after)}` : null}</div>
<dl class="takes">${takes(pair).map(([name, words]) => html`<div><dt>${name}</dt><dd>${words}</dd></div>`)}</dl>
${Object.keys(pair.row).length > 0 ? html`<details class="input"><summary>What the row holds</summary><dl>${Object.entries(pair.row).map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${clip(value === null ? "" : asText(value), mostInput)}</bdi></dd>`)}</dl></details>` : null}
</details></article>
`;
};

const sides = { before: "old", after: "new" } as const;
const opinions = {
  before: "judge: the old one",
  after: "judge: the new one",
  neither: "judge: neither",
  by_order: "judge: undecided",
} as const;

const mostText = 6000;
const mostInput = 3000;

const answerRow = (name: string, pair: Pair, isFirst: boolean): Html => {
  const { before, after, different } = pair;
  const [old, fresh] = [before, after].map(({ columns }) => columns?.[name]);
  const isMarked = different.includes(name) && isText(old) && isText(fresh);
  const [left, right] = isMarked
    ? marked(clip(readable(old), mostText), clip(readable(fresh), mostText))
    : [old, fresh].map((value) => plainly(value));
  return html`<div class="column">${name}</div>${cell("old", before, left, isFirst)}${cell("new", after, right, isFirst)}
`;
};

const cell = (name: "old" | "new", said: Pair["before"], value: Html | undefined, isFirst: boolean): Html => {
  if (said.columns !== null) return html`<div class="${name}">${value ?? "–"}</div>`;
  return isFirst ? none(name, said) : html`<div class="${name} none"></div>`;
};

const none = (name: "old" | "new", { error }: Pair["before"]): Html =>
  html`<div class="${name} none">no answer${error === null ? "" : `: ${error}`}</div>`;

const isText = (value: Json | undefined): value is Json => value !== null && value !== undefined;

const plainly = (value: Json | undefined): Html => {
  if (value === undefined) return html`–`;
  return value === null ? html`<i>null</i>` : html`<bdi>${clip(readable(value), mostText)}</bdi>`;
};

const readable = (value: Json): string => {
  if (Array.isArray(value) && value.length > 8 && value.every((item) => typeof item === "number"))
    return `[${value
      .slice(0, 6)
      .map((item) => ratio(item as number))
      .join(", ")}, …] (${count(value.length)} numbers)`;
  return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : asText(value);
};

const costs = ({ before, after }: Pair): string => {
  if (after.usd === null) return "";
  return before.usd === null ? usd(after.usd) : `${usd(before.usd)} → ${usd(after.usd)}`;
};

const takes = ({ before, after, likeness, different }: Pair): [name: string, words: string][] => {
  const line = (
    name: string,
    of: (said: Pair["before"]) => number | null,
    show: (value: number) => string,
  ): [string, string][] => {
    const [old, fresh] = [of(before), of(after)].map((value) => (value === null ? null : show(value)));
    return old === null && fresh === null ? [] : [[name, `${old ?? "?"} → ${fresh ?? "?"}`]];
  };
  return [
    ...line("tokens in", ({ input_tokens }) => input_tokens, count),
    ...line("tokens out", ({ output_tokens }) => output_tokens, count),
    ...line("latency", ({ latency_ms }) => latency_ms, milliseconds),
    ...(different.length > 0 && likeness !== null && likeness > 0
      ? ([["alike", percent(likeness)]] as [string, string][])
      : []),
  ];
};

const clip = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}… (${count(text.length - most)} more characters)` : text;
