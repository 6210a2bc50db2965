import type { Rehearsal } from "../rehearsal.js";
import { count, percent } from "../verdict/words.js";
import { glued, type Html, html } from "./html.js";

/** The five numbers that a reader takes along. */
export const fiveNumbers = (rehearsal: Rehearsal): Html => html`<dl class="numbers">
${[sameness, unanswered, cost, tokens, latency].map((make) => {
  const { title, now, note } = make(rehearsal);
  return html`<div><dt>${title}</dt><dd><strong>${glued(now)}</strong><span>${glued(note)}</span></dd></div>
`;
})}</dl>`;

interface Figure {
  readonly title: string;
  readonly now: string;
  readonly note: string;
}

const unknown = (title: string, note = "not known"): Figure => ({ title, now: "–", note });

/** The column that differs most; of texts, which always differ, the words that both share. */
const sameness = ({ columns }: Rehearsal): Figure => {
  const counted = columns.filter(({ kind }) => kind !== "text");
  const worst = counted.reduce<(typeof columns)[number] | null>(
    (most, column) => (most === null || column.different.share > most.different.share ? column : most),
    null,
  );
  if (worst !== null) {
    const { low, high, share } = worst.different;
    const among = counted.length > 1 ? `${worst.name}, the least of ${counted.length} columns` : worst.name;
    return {
      title: "Same answers",
      now: percent(1 - share),
      note: `${percent(1 - high)} to ${percent(1 - low)}: ${among}`,
    };
  }
  const likeness = columns[0]?.likeness;
  if (!likeness) return unknown("Same answers");
  const range = likeness.low === null ? "" : `, ${percent(likeness.low)} to ${percent(likeness.high ?? 1)}`;
  return {
    title: "Shared words",
    now: percent(likeness.value),
    note: `in the median${range}: ${columns[0]?.name}`,
  };
};

const unanswered = ({ faults, rows }: Rehearsal): Figure => {
  const missing = faults.find(({ name }) => name === "no_answer");
  if (!missing) return unknown("No answer");
  const before = missing.before === null ? "" : `, old ${count(missing.before)}`;
  return {
    title: "No answer",
    now: count(missing.after.rows),
    note: `of ${count(rows.compared)} rows${before}`,
  };
};

const cost = ({ before, after }: Rehearsal): Figure => {
  const [old, fresh] = [before.usd_of_1000_rows, after.usd_of_1000_rows];
  if (fresh === null) return unknown("Cost of 1,000 rows", old === null ? "not known" : `old ${usd(old)}`);
  return {
    title: "Cost of 1,000 rows",
    now: usd(fresh),
    note: old === null ? "old not known" : `old ${usd(old)}`,
  };
};

const tokens = (rehearsal: Rehearsal): Figure =>
  sizeOf(rehearsal, "output_tokens", "Tokens out, a row", ({ mean }) => ratio(mean));

const latency = (rehearsal: Rehearsal): Figure =>
  sizeOf(rehearsal, "latency_ms", "Latency, median", ({ median }) => milliseconds(median));

type Size = Rehearsal["sizes"][number];

const sizeOf = (
  { sizes }: Rehearsal,
  wanted: Size["name"],
  title: string,
  show: (amounts: Size["after"]) => string,
): Figure => {
  const size = sizes.find(({ name }) => name === wanted);
  if (!size) return unknown(title);
  return { title, now: show(size.after), note: `old ${show(size.before)}` };
};

export const milliseconds = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

/** With three digits that count. */
export const ratio = (value: number): string =>
  value.toLocaleString(
    "en-US",
    value >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  );

export const usd = (value: number): string =>
  `$${value.toLocaleString("en-US", value < 1 ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
