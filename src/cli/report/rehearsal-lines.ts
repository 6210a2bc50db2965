import type { Forecast, Rehearsal } from "../../index.js";
import { count, counted, usd, usdRange } from "./amounts.js";
import { fitWords } from "./fit-words.js";

/** What a rehearsal is going to call and cost, in lines for a person. Pure. */
export const forecastReport = (
  forecast: Forecast,
  { tolerate: tolerated, maxSpendUsd }: { tolerate: number; maxSpendUsd?: number },
): string[] => {
  const { rows, input_rows, calls, cost_usd, most_different, least_rows } = forecast;
  const paid = calls.filter((each) => each.calls > 0);
  const limit = percent(tolerated);
  return [
    `${counted(rows, "row")} of ${count(input_rows)}`,
    ...calls.map(({ of, model, calls: asked, answered, cost_usd: cost }) => {
      const there = answered > 0 ? `${count(answered)} answered by the ledger, ` : "";
      const price = asked === 0 ? "" : `: ${cost ? usdRange(cost) : "at a price that is not known"}`;
      return `  ${titles[of].padEnd(6)} ${model}: ${there}${of === "judge" ? "at most " : ""}${counted(asked, "call")}${price}`;
    }),
    ...(paid.length > 1
      ? [`  together ${cost_usd ? usdRange(cost_usd) : "at a price that is not known"}`]
      : []),
    ...(maxSpendUsd !== undefined && cost_usd && cost_usd.expected > maxSpendUsd
      ? [`  more than the ${usd(maxSpendUsd)} that may be spent: fewer rows will be compared`]
      : []),
    most_different === null
      ? `${limit} cannot be shown with so few rows: it takes ${count(least_rows)} of which none differs`
      : `${limit} is shown where at most ${count(most_different)} of them ${most_different === 1 ? "differs" : "differ"}`,
  ];
};

const titles = { before: "old", after: "new", noise: "again", judge: "judge" } as const;

/** What a rehearsal has shown, in lines for a person; no row's values but categories. Pure. */
export const rehearsalReport = (rehearsal: Rehearsal, width?: number): string => {
  const { before, after, rows, judgement, columns, remarks, judge, spent_usd } = rehearsal;
  return [
    `${before.model} → ${after.model}`,
    `${counted(rows.compared, "row")} of ${count(rows.input)} compared${aside(rehearsal)}; ${spent_usd > 0 ? `${usd(spent_usd)} spent` : "nothing spent"}`,
    "",
    `${judgement.title}. ${judgement.summary}`,
    ...judgement.sentences.map((sentence) => `  ${sentence}`),
    "",
    ...columns.flatMap(columnLines),
    "",
    ...table([["", "old", "new", "new − old, of all rows"], ...rehearsal.faults.map(faultCells)]),
    "",
    ...table([["", "old", "new", "new / old"], ...rehearsal.sizes.map(sizeCells), ...priceCells(rehearsal)]),
    ...errorLines("old", before.errors),
    ...errorLines("new", after.errors),
    ...(judge ? ["", judgeLine(judge), ...errorLines("judge", judge.errors)] : []),
    ...(remarks.length > 0 ? ["", ...remarks.map((remark) => `remark: ${remark}`)] : []),
    "",
  ]
    .map((line) => fitWords(line, width))
    .join("\n");
};

const aside = ({ rows }: Rehearsal): string => {
  const left: [number, string][] = [
    [rows.compared - rows.distinct, "the same request as another"],
    [rows.blank, "blank"],
    [rows.unanswered, "without an old answer"],
    ...Object.entries(rows.unasked).map(([code, error]): [number, string] => [
      error.count,
      `not asked (${code})`,
    ]),
  ];
  const shown = left.filter(([number]) => number > 0).map(([number, words]) => `${count(number)} ${words}`);
  return shown.length === 0 ? "" : ` (${shown.join(", ")})`;
};

type Column = Rehearsal["columns"][number];

const columnLines = (column: Column): string[] => {
  const { name, kind, different, noise, moves = [], new_values = [], likeness, length, difference } = column;
  const { rows, of, low, high } = different;
  return [
    `${name} (${kind}): ${count(rows)} of ${count(of)} differ, ${percent(low)} to ${percent(high)} of all`,
    ...(noise ? [`  asked twice, ${count(noise.rows)} of ${count(noise.of)} differ by chance`] : []),
    ...moves
      .slice(0, 5)
      .map(({ from, to, rows: moved }) => `  ${short(from)} → ${short(to)}: ${count(moved)}`),
    ...(new_values.length > 0
      ? [`  never seen before: ${new_values.slice(0, 5).map(short).join(", ")}`]
      : []),
    ...(difference
      ? [
          `  by ${rounded(difference.value)} in the median, ${count(difference.higher)} higher, ${count(difference.lower)} lower`,
        ]
      : []),
    ...(likeness
      ? [
          `  ${kind === "vector" ? "cosine" : "shared words"}: ${rounded(likeness.value)} in the median${between(likeness)}`,
        ]
      : []),
    ...(length ? [`  ${rounded(length.value)} times as long in the median${between(length)}`] : []),
  ];
};

const between = ({ low, high }: { low: number | null; high: number | null }): string =>
  low === null || high === null ? "" : `, ${rounded(low)} to ${rounded(high)}`;

const faultNames = {
  no_answer: "no answer",
  refused: "  refused",
  empty: "  empty",
  misfit: "  off the schema",
  cut_off: "cut off",
} as const;

const faultCells = ({ name, before, after, difference, p }: Rehearsal["faults"][number]): string[] => [
  faultNames[name],
  before === null ? "?" : count(before),
  count(after.rows),
  difference && (before || after.rows)
    ? `${signed(difference.value)} (${signed(difference.low ?? 0)} to ${signed(difference.high ?? 0)}; p ${rounded(p ?? 1)})`
    : "",
];

const sizeNames = {
  input_tokens: "tokens in",
  output_tokens: "tokens out",
  usd: "cost of a row",
  latency_ms: "latency, median",
} as const;

const sizeCells = ({ name, before, after, ratio }: Rehearsal["sizes"][number]): string[] => {
  const show = (amounts: typeof before): string =>
    name === "usd"
      ? usd(amounts.mean)
      : name === "latency_ms"
        ? `${count(Math.round(amounts.median))} ms`
        : rounded(amounts.mean);
  return [
    sizeNames[name],
    show(before),
    show(after),
    ratio === null
      ? ""
      : `${rounded(ratio.value)}${ratio.low === null ? "" : ` (${rounded(ratio.low)} to ${rounded(ratio.high ?? 0)})`}`,
  ];
};

const priceCells = ({ before, after }: Rehearsal): string[][] => {
  const show = (value: number | null): string => (value === null ? "?" : usd(value));
  return [["cost of 1,000 rows", show(before.usd_of_1000_rows), show(after.usd_of_1000_rows), ""]];
};

const errorLines = (side: string, errors: Rehearsal["before"]["errors"]): string[] =>
  Object.entries(errors).map(
    ([code, error]) => `${side}, ${code}: ${count(error?.count ?? 0)} (${error?.message})`,
  );

const judgeLine = (judge: NonNullable<Rehearsal["judge"]>): string =>
  `in the opinion of ${judge.model}, asked about ${counted(judge.asked, "row")} that ${judge.asked === 1 ? "differs" : "differ"}: the old answer is better in ${count(judge.before)}, the new one in ${count(judge.after)}, neither in ${count(judge.neither)}; in ${count(judge.by_order)} the order decided${judge.silent > 0 ? `, ${count(judge.silent)} without an opinion` : ""}`;

const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map(([name = "", before = "", after = "", rest = ""]) =>
    `${name.padEnd(widths[0] ?? 0)}  ${before.padStart(widths[1] ?? 0)}  ${after.padStart(widths[2] ?? 0)}  ${rest}`.trimEnd(),
  );
};

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
const signed = (share: number): string => `${share > 0 ? "+" : ""}${percent(share)}`;
const rounded = (value: number): string =>
  value.toLocaleString(
    "en-US",
    value >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  );

/** A category is a word, but a file may hold anything. */
const short = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
};
