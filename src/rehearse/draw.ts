import { endingInWords } from "../models/ending.js";
import { findRows, saidInColumns, saidInRow } from "./before.js";
import { CannotRehearse } from "./cannot-rehearse.js";
import type { RehearseOptions } from "./options.js";
import type { Player } from "./player.js";
import { isUnasked, type Said, saidBy } from "./said.js";
import { type Drawn, spreadSample } from "./spread-sample.js";

/** The rows of a rehearsal, and how the old side's answers are had. */
export interface Draw {
  readonly rows: readonly (Drawn<unknown> & { readonly before: Said | null })[];
  /** Rows of the input, and those of them that have no old answer though it can be had from nowhere else. */
  readonly input: number;
  readonly unanswered: number;
  /** Whether old answers that are not there are called for. */
  readonly calls: boolean;
}

/** Draws rows that have an old answer, or any where the old model can be called. */
export const drawRows = async (
  old: Player,
  options: RehearseOptions,
  size: number,
  seed: number,
): Promise<Draw> => {
  const { before, beforeColumns } = options;
  if (before && beforeColumns)
    throw new CannotRehearse(
      "old answers come from enriched rows or from columns of the input, not from both",
    );
  if (before) return drawEnriched(old, before, options.rows, size, seed);
  const rows = options.rows ?? [];
  if (beforeColumns)
    return drawKnown(
      rows,
      size,
      seed,
      async (row) => saidInColumns(row, beforeColumns),
      () => {
        throw new CannotRehearse(
          `no row has an old answer in ${Object.values(beforeColumns)
            .map((name) => JSON.stringify(name))
            .join(", ")}`,
        );
      },
    );
  const { ending } = old.plan;
  if (ending?.lifecycle !== "gone") {
    const { drawn, rows: input } = await spreadSample(rows, size, seed);
    return { rows: drawn.map((each) => ({ ...each, before: null })), input, unanswered: 0, calls: true };
  }
  const recalled = async (row: unknown): Promise<Said | null> => {
    const outcome = await old.recall(row);
    const said = outcome && saidBy(outcome, "ledger");
    return said && !isUnasked(said) ? said : null;
  };
  return drawKnown(rows, size, seed, recalled, (input) => {
    const { ledger } = old.plan.connection;
    const where =
      ledger === null ? "no ledger is set" : `its ledger has the answer of none of the ${input} rows`;
    throw new CannotRehearse(
      `${endingInWords(ending)}, and ${where}: name the ledger of its runs, a file that it has enriched, or a column with its answers`,
    );
  });
};

type Rows = AsyncIterable<unknown> | Iterable<unknown>;
type Known = { readonly row: unknown; readonly said: Said; readonly place: number };

/** Of the rows that have an old answer. */
const drawKnown = async (
  rows: Rows,
  size: number,
  seed: number,
  know: (row: unknown) => Promise<Said | null>,
  none: (input: number) => never,
): Promise<Draw> => {
  let input = 0;
  const known = async function* (): AsyncGenerator<Known> {
    for await (const row of rows) {
      input++;
      const said = await know(row);
      if (said) yield { row, said, place: input };
    }
  };
  const { drawn, rows: answered } = await spreadSample(known(), size, seed);
  if (answered === 0 && input > 0) none(input);
  return {
    rows: drawn.map(({ row: { row, said, place } }) => ({ row, place, before: said })),
    input,
    unanswered: input - answered,
    calls: false,
  };
};

const drawEnriched = async (
  old: Player,
  before: Rows,
  rows: Rows | undefined,
  size: number,
  seed: number,
): Promise<Draw> => {
  const { names } = old.plan.columns;
  let first: unknown;
  const know = async (row: unknown): Promise<Said | null> => {
    first ??= row;
    return saidInRow(row, names);
  };
  const draw = await drawKnown(before, size, seed, know, () => {
    throw new CannotRehearse("no enriched row has an answer: all were skipped, held or not sent");
  });
  const lacking = names.filter(
    (name) => !(typeof first === "object" && first !== null && Object.hasOwn(first, name)),
  );
  if (draw.input > 0 && lacking.length === names.length)
    throw new CannotRehearse(
      `the enriched rows have no column ${lacking.map((name) => JSON.stringify(name)).join(", ")}, which the old settings give`,
    );
  if (!rows) return draw;
  const found = await findRows(
    draw.rows.map(({ row }) => row),
    rows,
    names,
  );
  const kept = draw.rows.flatMap((each, index) =>
    found[index] === null ? [] : [{ ...each, row: found[index] }],
  );
  if (kept.length === 0 && draw.rows.length > 0)
    throw new CannotRehearse(
      "none of the enriched rows is found in the input, by the columns that both have",
    );
  return { ...draw, rows: kept, unanswered: draw.unanswered + draw.rows.length - kept.length };
};
