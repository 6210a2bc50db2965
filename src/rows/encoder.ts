/** Turns enriched rows into the text of one file format, in order. Every part is complete text. */
export interface Encoder {
  row(data: Record<string, unknown>): string;
  /** What closes the file. `example` is a row that was not written, for the header of a table without rows. */
  end(example?: Record<string, unknown>): string;
  /** A sentence about what the format could not keep, if anything. */
  loss?(): string | undefined;
}
