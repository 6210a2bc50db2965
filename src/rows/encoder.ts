/** What an encoder is told of the table that it writes. */
export interface Table {
  readonly names: readonly string[];
  readonly rows: AsyncIterable<Readonly<Record<string, unknown>>>;
}

/** Writes a table in one format of text, from its first byte to its last. */
export type Encode = (table: Table) => AsyncGenerator<string>;
