import type { Preview } from "../../index.js";
import { count, counted, usd, usdRange } from "./amounts.js";
import { fitWords } from "./fit-words.js";

/** A preview in words, ending in a newline, folded to a terminal's width where there is one. Pure. */
export const previewReport = (preview: Preview, width?: number): string => {
  const { samples, rows, errors, remarks, vector } = preview;
  const ending = [
    `${counted(rows.received, "row")}: ${fates(rows)}`,
    ...Object.entries(errors).map(([code, error]) => `  ${code}: ${count(error.count)} (${error.message})`),
    `tokens in: ${tokenRange(preview.input_tokens)} (${preview.input_tokens_by})`,
    `tokens out: ${vector ? "none" : tokenRange(preview.output_tokens)} (${preview.output_tokens_by})`,
    `cost: ${preview.cost_usd ? usdRange(preview.cost_usd) : "unknown"}`,
    ...deliveryLines(preview),
    ...cacheLines(preview),
    ...remarks.map((remark) => `remark: ${remark}`),
    "no model was called",
    "",
  ];
  const folded = (line: string): string => fitWords(line, width);
  return [
    `${preview.model} in ${preview.region}`,
    folded(`price: ${priceLine(preview)}`),
    ...samples.flatMap(sampleLines),
    "",
    ...ending.map(folded),
  ].join("\n");
};

/** What the same rows cost by other ways, side by side, and which rows cannot go them. */
function deliveryLines({ deliveries, rows }: Preview): string[] {
  if (rows.to_send === 0) return [];
  return (["batch", "flex"] as const).flatMap((name) => {
    const { cost_usd, not } = deliveries[name];
    const all = Object.entries(not);
    const closed = all.some(([, count]) => count >= rows.to_send);
    const why = all.map(([reason, count]) => `${closed ? "" : `${counted(count, "row")} not: `}${reason}`);
    const amount = cost_usd ? usdRange(cost_usd) : closed ? "no" : noPrice;
    return [`  ${waysInWords[name]}: ${amount}${why.length > 0 ? ` (${why.join("; ")})` : ""}`];
  });
}

const noPrice = "price unknown: no list has it, and prices_file tells yours";

const waysInWords = {
  batch: "by batch jobs, hours later",
  flex: "by the flex tier, as it has room",
} as const;

function priceLine({ price, vector }: Preview): string {
  if (!price) return "unknown";
  const { input, output, source, date } = price;
  const out = output === undefined ? "unknown" : usd(output);
  const rates = vector ? `${usd(input)} in` : `${usd(input)} in, ${out} out`;
  return `${rates} for a million tokens (${source}${date ? `, ${date}` : ""})`;
}

function cacheLines({ prompt_cache: cache }: Preview): string[] {
  if (!cache) return [];
  const { set, tokens, least_tokens, usd: rates, saves_usd } = cache;
  const gain = saves_usd > 0 ? `saves about ${usd(saves_usd)}` : `loses about ${usd(-saves_usd)}`;
  return [
    `prompt cache: every row begins with the same ${counted(tokens, "token")} or so; the model keeps ${count(least_tokens)} or more, ` +
      `for ${usd(rates.write)} a million to put in and ${usd(rates.read)} to read within 5 minutes, in place of ${usd(rates.input)}`,
    `  prompt_cache: auto ${gain} on these rows${set === "auto" ? ", and is set" : ""}`,
  ];
}

function sampleLines({ row, body, input_tokens, counted: isCounted, error }: Preview["samples"][number]) {
  if (error) return ["", `row ${row} would fail: ${error.code}: ${error.message}`];
  if (body === null) return ["", `row ${row} would be skipped: every placeholder comes out blank`];
  const tokens = counted(input_tokens ?? 0, "token");
  return [
    "",
    `row ${row}, ${isCounted ? `${tokens} in` : `about ${tokens} in`}:`,
    JSON.stringify(body, null, 2),
  ];
}

function fates({ to_send, answered, held, repeated, skipped, failed }: Preview["rows"]): string {
  const others: [number, string][] = [
    [answered, "answered by the ledger"],
    [repeated, "the same as a row before"],
    [held, "held: perhaps billed before"],
    [skipped, "blank, so skipped"],
    [failed, "would fail"],
  ];
  const shown = others.filter(([rows]) => rows > 0).map(([rows, words]) => `${count(rows)} ${words}`);
  return [`${count(to_send)} to send`, ...shown].join(", ");
}

function tokenRange({ low, expected, max }: Preview["output_tokens"]): string {
  const most = max === null ? "without a limit" : `at most ${count(max)}`;
  return `about ${count(expected)}, at least ${count(low)}, ${most}`;
}
