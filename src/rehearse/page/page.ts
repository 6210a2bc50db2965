import { createHash } from "node:crypto";
import type { Rehearsal } from "../rehearsal.js";
import { count, percent, rows } from "../verdict/words.js";
import { card, dearest, isDifferent, isFailed, shownPairs } from "./cards.js";
import { fateChart, lossChart, movesChart, sizeChart } from "./charts.js";
import { glued, Html, html } from "./html.js";
import { fiveNumbers, usd } from "./numbers.js";
import { style } from "./style.js";

/**
 * A rehearsal as one page of HTML that needs no network and runs no script. It holds values of the rows and no setting but
 * models and APIs.
 */
export const rehearsalPage = (rehearsal: Rehearsal): string => {
  const pairs = shownPairs(rehearsal);
  const dear = dearest(pairs);
  const order = dear.map(({ place }, index) => `#dear:checked~.rows #row-${place}{order:${index}}`).join("");
  const css = style + order;
  // No other style, no script, no picture and no request is run, whatever a row may hold.
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(css).digest("base64")}'; base-uri 'none'; form-action 'none'`;
  const { before, after, judgement } = rehearsal;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${judgement.title}: ${after.model} for ${before.model}</title>
<style>${new Html(css)}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">Rehearsal of ${rehearsal.at.slice(0, 10)} · ${rows(rehearsal.rows.compared)} of ${count(rehearsal.rows.input)}</p>
<p class="models">${side("old", before)}<span class="arrow" aria-label="to">→</span>${side("new", after)}</p>
<section class="verdict ${judgement.says}">
<h1>${judgement.title}</h1>
<p>${glued(judgement.summary)}</p>
<ul>${judgement.sentences.map((sentence) => html`<li>${glued(sentence)}</li>`)}</ul>
</section>
</header>
${fiveNumbers(rehearsal)}
<section class="charts">
${lossChart(rehearsal)}
${sizeChart(rehearsal)}
${fateChart(rehearsal)}
${movesChart(rehearsal)}
</section>
${rehearsal.judge ? opinion(rehearsal.judge) : null}
<section class="leaf">
<h2>Row by row</h2>
${filters(pairs, dear.length)}
<div class="rows">
${pairs.map((pair) => card(pair, dear.includes(pair)))}</div>
${pairs.length < rehearsal.pairs.length ? html`<p class="note">${count(pairs.length)} of ${count(rehearsal.pairs.length)} rows are shown: those that differ most.</p>` : null}
</section>
<footer>
<h2>How it was made</h2>
<ul>${making(rehearsal).map((sentence) => html`<li>${glued(sentence)}</li>`)}</ul>
</footer>
</main>
</body>
</html>
`.text;
};

const side = (name: string, { model, api }: Rehearsal["before"]): Html =>
  html`<span class="model ${name}"><small>${name}</small><b>${model}</b><small>${api === "converse" ? "Converse" : "InvokeModel"}</small></span>`;

const filters = (pairs: Rehearsal["pairs"], dear: number): Html => {
  const [different, failed] = [pairs.filter(isDifferent).length, pairs.filter(isFailed).length];
  const kinds = [
    ["all", `All ${count(pairs.length)}`],
    ["different", `Different ${count(different)}`],
    ["failed", `Failed ${count(failed)}`],
    ["dear", `Cost: the ${count(dear)} dearest`],
  ] as const;
  const chosen = different > 0 ? "different" : "all";
  return html`${kinds.map(([id]) => html`<input type="radio" name="shown" id="${id}"${id === chosen ? html` checked` : null}>`)}
<div class="filters">${kinds.map(([id, title]) => html`<label for="${id}">${title}</label>`)}</div>
<p class="keys">Arrow keys change what is shown, Tab goes from row to row, Enter opens and closes one.</p>`;
};

const opinion = (judge: NonNullable<Rehearsal["judge"]>): Html => html`<section class="opinion">
<h2>An opinion, not a measure</h2>
<p>${judge.model} was shown ${rows(judge.asked)} that differ, both answers in both orders and without names. It takes the old answer for better in <b>${count(judge.before)}</b>, the new one in <b>${count(judge.after)}</b>, neither in <b>${count(judge.neither)}</b>; in ${count(judge.by_order)} the order changed its mind${judge.silent > 0 ? `, and of ${count(judge.silent)} it gave no opinion` : ""}.</p>
</section>`;

const making = (rehearsal: Rehearsal): string[] => {
  const { rows: counts, seed, judgement, spent_usd, remarks, noise_of, before, after } = rehearsal;
  const left = [
    [counts.blank, "had nothing to work on"],
    [counts.unanswered, "have no old answer"],
    ...Object.entries(counts.unasked).map(
      ([code, error]) => [error.count, `could not be asked about (${code})`] as const,
    ),
  ] as const;
  return [
    `${rows(counts.drawn)} of ${count(counts.input)} were drawn by seed ${seed}, spread over the input; ${count(counts.distinct)} different requests were compared. It cost ${usd(spent_usd)}.`,
    `Old answers: ${sources(before.from)}; new answers: ${sources(after.from)}.`,
    ...left.filter(([number]) => number > 0).map(([number, words]) => `${rows(number)} ${words}.`),
    `A share of ${percent(judgement.tolerated)} may be lost. Intervals have 95 % confidence: Wilson's for shares, Newcombe's for differences of the same rows, the bootstrap for ratios and medians.`,
    noise_of === null
      ? "No side was asked twice, so what differs by chance alone is not known."
      : `The ${noise_of === "before" ? "old" : "new"} side was asked twice: what it differs from itself is not held against the new one.`,
    ...remarks,
    "This page holds values of the rows: give it to those who may see them.",
  ];
};

const sources = (from: Rehearsal["before"]["from"]): string =>
  Object.entries(from)
    .map(([source, number]) => `${count(number)} ${sourceWords[source as keyof typeof sourceWords]}`)
    .join(", ");

const sourceWords = {
  call: "called",
  ledger: "from the ledger",
  file: "from enriched rows",
  column: "from a column",
} as const;
