/**
 * Rows of anything that may be iterated, again and again: to plan jobs of them, and to give each its outcome. What can be iterated
 * again, such as an array or a file that is opened anew, is; what gives its rows once, such as a generator, is kept in memory.
 * Where one way ends early, the next one goes on behind it.
 */
export const readAgain = (
  rows: Iterable<unknown> | AsyncIterable<unknown>,
): (() => AsyncIterable<unknown>) => {
  const iterator = iteratorOf(rows);
  if ((iterator as unknown) !== rows) {
    // Nothing was taken of it so far.
    let first: Steps | null = iterator;
    return () => {
      const steps = first ?? iteratorOf(rows);
      first = null;
      return from(steps);
    };
  }
  const kept: Step[] = [];
  let taking: Promise<void> = Promise.resolve();
  const take = async (): Promise<void> => {
    kept.push(await iterator.next());
  };
  return () => {
    let at = 0;
    const next = async (): Promise<Step> => {
      // Two ways at once take no row twice.
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
  return?(): Step | Promise<Step>;
}

const iteratorOf = (rows: Iterable<unknown> | AsyncIterable<unknown>): Steps =>
  Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();

/** No generator, which would await its rows: one may have a column called `then`. */
const from = (steps: Steps): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => ({
    next: async () => steps.next(),
    return: async () => (await steps.return?.()) ?? { done: true, value: undefined },
  }),
});
