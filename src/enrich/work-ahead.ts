/** Rows that are worked on ahead of whoever takes what came of them. */
interface Ahead<Result> {
  /** What came of the next row, in the order of the rows; `null` behind the last. Throws what the source threw, after its rows. */
  next(): Promise<Result | null>;
  /** No more rows are taken up. */
  leave(): void;
}

/** At most `width` rows are taken up before the first of them has come out, each when its turn has come. */
export const workAhead = <Row, Result extends object>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  work: (row: Row) => Promise<Result>,
  { width, turn }: { readonly width: number; readonly turn: () => Promise<void> | undefined },
): Ahead<Result> => {
  const ahead: Promise<Result>[] = [];
  let isRead = false;
  let hasLeft = false;
  let failure: { readonly error: unknown } | null = null;
  // The reader waits for room and the taker for rows: never both at once.
  let waiting = ignore;
  const tell = (): void => {
    const told = waiting;
    waiting = ignore;
    told();
  };
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      waiting = resolve;
    });

  const read = async (): Promise<void> => {
    const source = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    // No row is awaited itself: a record may have a column called `then`.
    for (let next = await source.next(); !next.done; next = await source.next()) {
      const early = turn();
      if (early) await early;
      if (hasLeft) break;
      const result = work(next.value);
      // Heard by whoever takes it, which may be later.
      result.catch(ignore);
      ahead.push(result);
      tell();
      while (ahead.length >= width && !hasLeft) await change();
    }
    if (hasLeft) await source.return?.();
  };
  read()
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => {
      isRead = true;
      tell();
    });

  return {
    async next() {
      while (ahead.length === 0 && !isRead) await change();
      const [first] = ahead;
      if (first) {
        const result = await first;
        ahead.shift();
        tell();
        return result;
      }
      if (failure) throw failure.error;
      return null;
    },
    leave() {
      hasLeft = true;
      tell();
    },
  };
};

const ignore = (): void => undefined;
