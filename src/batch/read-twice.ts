/** Rows that are gone through twice: to plan jobs of them, and to give each its outcome. */
interface Twice {
  readonly first: AsyncIterable<unknown>;
  readonly second: AsyncIterable<unknown> | Iterable<unknown>;
}

/**
 * Rows of anything that may be iterated. What can be iterated again, such as an array or a file that is opened anew, is; what
 * gives its rows once, such as a generator, is kept in memory. Where the first way ends, the second one goes on.
 */
export const readTwice = (rows: Iterable<unknown> | AsyncIterable<unknown>): Twice => {
  const iterator = iteratorOf(rows);
  if ((iterator as unknown) !== rows) return { first: from(iterator), second: rows };
  const kept: Step[] = [];
  const first = async (): Promise<Step> => {
    const step = await iterator.next();
    if (!step.done) kept.push(step);
    return step;
  };
  let at = 0;
  const second = async (): Promise<Step> => kept[at++] ?? iterator.next();
  return { first: from({ next: first }), second: from({ next: second }) };
};

type Step = IteratorResult<unknown>;
interface Steps {
  next(): Step | Promise<Step>;
}

const iteratorOf = (rows: Iterable<unknown> | AsyncIterable<unknown>): Steps =>
  Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();

/** No generator, which would await its rows: one may have a column called `then`. Left early, it ends nothing. */
const from = (steps: Steps): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => ({ next: async () => steps.next() }),
});
