/**
 * Rows of anything that may be iterated, again and again: to plan jobs of them, and to give each its outcome. What can be iterated
 * again, such as an array or a file that is opened anew, is; what gives its rows once, such as a generator, is kept in memory.
 * Where one way ends early, the next one goes on behind it.
 */
export const readAgain = (
  rows: Iterable<unknown> | AsyncIterable<unknown>,
): (() => AsyncIterable<unknown> | Iterable<unknown>) => {
  const iterator = iteratorOf(rows);
  if ((iterator as unknown) !== rows) {
    // Nothing of it was taken.
    let first: Steps | null = iterator;
    return () => {
      const steps = first;
      first = null;
      return steps ? from(steps) : rows;
    };
  }
  const kept: Step[] = [];
  let taking: Promise<void> = Promise.resolve();
  const take = async (): Promise<void> => {
    const step = await iterator.next();
    kept.push(step);
  };
  return () => {
    let at = 0;
    const next = async (): Promise<Step> => {
      // Two ways at once take no row twice, and no row is awaited itself.
      while (at >= kept.length && !kept.at(-1)?.done) {
        taking = taking.then(take);
        await taking;
      }
      return kept[Math.min(at++, kept.length - 1)] as Step;
    };
    return from({ next });
  };
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
