/** One row of a job. Every row's text is its own, so that no client can answer it from memory. */
export interface Row {
  readonly id: number;
  readonly text: string;
}

/** Rows from `first` to below `end`, made as they are taken. */
export function* makeRows(first: number, end: number): Generator<Row> {
  for (let id = first; id < end; id++) yield { id, text: `Ticket ${id}: ${complaint}` };
}

/** The same rows until so many seconds have passed. */
export function* untilOver<Item>(rows: Iterable<Item>, seconds: number): Generator<Item> {
  const endsAt = performance.now() + seconds * 1000;
  for (const row of rows) {
    if (performance.now() >= endsAt) return;
    yield row;
  }
}

/** About 1,000 characters, a common length of a support ticket. */
const complaint =
  `The parcel was due on Monday and came on Friday, and the box was "wet" on one side. `.repeat(12);

/** What every client asks about a row. */
export const promptOf = ({ text }: Row): string => `${question}\n\n${text}`;
export const question = "Summarise this ticket in one sentence:";

/** The body of an InvokeModel call in the shape of Amazon Nova. */
export const novaBody = (row: Row, maxTokens: number): string =>
  JSON.stringify({
    messages: [{ role: "user", content: [{ text: promptOf(row) }] }],
    inferenceConfig: { maxTokens },
  });

/** The text of a Nova answer. Throws on anything else. */
export const novaText = (answer: string): string => JSON.parse(answer).output.message.content[0].text;

/**
 * A bare loop: so many workers take rows from one source. A row that fails is told to `ended` by its error's name,
 * and the others go on.
 */
export const workThrough = async (
  rows: Iterable<Row>,
  concurrency: number,
  work: (row: Row) => Promise<unknown>,
  ended: Ended,
): Promise<void> => {
  const source = rows[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = source.next(); !next.done; next = source.next())
      await work(next.value).then(
        () => ended(),
        (error: Error) => ended(error.name),
      );
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
};

/** A row has ended: well, or with this failure. */
export type Ended = (failure?: string) => void;
