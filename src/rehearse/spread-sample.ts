import { randomOf } from "./random.js";

/** A row that was drawn, and its place in the input, from 1. */
export interface Drawn<Row> {
  readonly place: number;
  readonly row: Row;
}

/**
 * Draws `size` rows in one pass over an input of any length, spread over all of it, each with the same chance; all rows
 * where there are no more. One row is kept of each block of rows; where there are too many blocks, two become one. Keeps
 * at most twice the rows that it draws. Also counts the rows.
 */
export const spreadSample = async <Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  size: number,
  seed: number,
): Promise<{ drawn: Drawn<Row>[]; rows: number }> => {
  const random = randomOf(seed);
  let kept: Drawn<Row>[] = [];
  let width = 1;
  let inBlock = 0;
  let pick: Drawn<Row> | null = null;
  let place = 0;
  for await (const row of rows) {
    place++;
    inBlock++;
    if (random() * inBlock < 1) pick = { place, row };
    if (inBlock < width || pick === null) continue;
    kept.push(pick);
    inBlock = 0;
    pick = null;
    if (kept.length < 2 * size) continue;
    kept = kept.flatMap((one, index) => {
      const next = kept[index + 1];
      return index % 2 === 0 && next ? [random() < 0.5 ? one : next] : [];
    });
    width *= 2;
  }
  // The last block is short: its row has the chance of all others.
  if (pick !== null && random() * width < inBlock) kept.push(pick);
  return { drawn: thin(kept, size, random()), rows: place };
};

/** So many of them, evenly: each has the same chance. */
const thin = <Row>(kept: readonly Drawn<Row>[], size: number, start: number): Drawn<Row>[] => {
  if (kept.length <= size) return [...kept];
  const step = size / kept.length;
  return kept.filter((_, index) => Math.floor((index + 1) * step + start) > Math.floor(index * step + start));
};
