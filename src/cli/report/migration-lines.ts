import type { Migrated, Proposal, Proposals } from "../../index.js";
import { count, counted, usd } from "./amounts.js";
import { fitWords } from "./fit-words.js";

type Note = Migrated["notes"][number];

/** What became of a config, in lines for a person. Pure. */
export const migrationReport = (
  { from, to, notes, refused, could, columns, difference, config }: Migrated,
  { output, width }: { output?: string | undefined; width?: number | undefined },
): string => {
  const folded = (line: string): string => fitWords(line, width);
  const lines = [
    `${nameOf(from)} → ${nameOf(to)}`,
    "",
    ...(difference === null
      ? ["the request stays as it is"]
      : ["request (- before, + after):", ...difference.split("\n").map((line) => `  ${line}`)]),
    ...(columns.length > 0 ? ["", "columns:", ...columns.map(columnLine)] : []),
    ...groups.flatMap(([done, title]) =>
      section(
        title,
        notes.filter((note) => note.done === done),
      ),
    ),
    ...section("refused, so nothing is written", refused),
    ...(refused.length > 0 && could.length > 0 ? [`  these could take all of it: ${could.join(", ")}`] : []),
    "",
    `1,000 rows${isCounted(from) ? "" : " like this one"}: ${costIn(from)} before, ${costIn(to)} after`,
    `  (${tokensIn(from)}, ${tokensIn(to)}; ${tokensBy(from)}; an answer is taken to be as long as before)`,
    ...stepLines(to),
    ...(config && output !== undefined ? [`written: ${output}`] : []),
    ...(config && output === undefined ? ["nothing is written: --output FILE takes the new config"] : []),
    "",
  ];
  return lines.map(folded).join("\n");
};

const groups: readonly (readonly [Note["done"], string])[] = [
  ["left_out", "left out"],
  ["clamped", "set to the nearest that is taken"],
  ["added", "added"],
  ["moved", "moved"],
  ["renamed", "renamed"],
  ["mind", "to be known"],
];

const section = (title: string, notes: readonly Note[]): string[] =>
  notes.length === 0 ? [] : ["", `${title}:`, ...notes.map(({ at, says }) => `  ${at} ${says}`)];

const nameOf = ({ model, api, family }: Migrated["from"]): string =>
  `${model} (${api === "converse" ? "Converse" : family})`;

const columnLine = ({ name, from, to }: Migrated["columns"][number]): string =>
  `  ${name}: ${from} → ${to ?? "no place in the new answer"}`;

const costIn = ({ cost_of_1000_rows }: Pick<Proposal, "cost_of_1000_rows">): string =>
  cost_of_1000_rows.usd === null ? "at a price that is not known" : usd(cost_of_1000_rows.usd);

/** Some models cost more where a request is long. */
const stepLines = ({ model, cost_of_1000_rows: { price } }: Migrated["from"]): string[] => {
  const long = price?.long_context;
  return long
    ? [
        `  above ${count(long.above_input_tokens)} tokens in, ${model} costs ${usd(long.input)} in for a million tokens`,
      ]
    : [];
};

const isCounted = ({ cost_of_1000_rows: { tokens_by } }: Pick<Proposal, "cost_of_1000_rows">): boolean =>
  tokens_by.is !== "estimated";

const tokensBy = ({ cost_of_1000_rows: { tokens_by } }: Pick<Proposal, "cost_of_1000_rows">): string =>
  tokens_by.is === "estimated"
    ? `tokens are estimated: ${tokens_by.why}`
    : `those before are what the ledger has counted for ${counted(tokens_by.rows, "row")}, those after are estimated from them`;

const tokensIn = ({
  cost_of_1000_rows: { input_tokens, output_tokens },
}: Pick<Proposal, "cost_of_1000_rows">): string =>
  `${count(input_tokens)} tokens in and ${count(output_tokens)} out a row`;

/** Which models there are, in lines for a person. Pure. */
export const proposalsReport = ({ from, proposals, known_by }: Proposals, width?: number): string => {
  const state = from.end_of_life === null ? from.lifecycle : `${from.lifecycle}, ${from.end_of_life}`;
  return [
    `${from.model}: ${state}; 1,000 rows: ${costIn(from)}`,
    "",
    ...(proposals.length === 0 ? ["No living model is known that could take its place here."] : []),
    ...proposals.flatMap(proposalLines),
    `1,000 rows: ${tokensBy(from)}. An answer is taken to be as long as before.`,
    known_by,
    ...(proposals[0]
      ? [`bedrock-model migrate --config FILE --to ${proposals[0].id} shows what would change.`]
      : []),
    "",
  ]
    .map((line) => fitWords(line, width))
    .join("\n");
};

const proposalLines = (proposal: Proposal): string[] => {
  const { id, name, by, limits, end_of_life, refused } = proposal;
  const { price } = proposal.cost_of_1000_rows;
  return [
    `${id}  ${name}${by === null ? "" : `, recommended by ${by}`}`,
    `  1,000 rows: ${costIn(proposal)}${price ? ` (${usd(price.input)} in, ${price.output === undefined ? "none" : usd(price.output)} out for a million tokens)` : ""}`,
    `  ${limitsIn(limits)}; ${end_of_life === null ? "no end of life is announced" : `end of life ${end_of_life}`}`,
    ...refused.map((says) => `  needs a change first: ${says}`),
    "",
  ];
};

const limitsIn = (limits: Proposal["limits"]): string => {
  const parts = [
    limits?.context === undefined ? null : `${count(limits.context)} tokens in and out`,
    limits?.output === undefined ? null : `${count(limits.output)} out at most`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "limits are not known" : parts.join(", ");
};
