type Columns = Record<string, unknown>;

/** Applies `use` to a row; where JSON cannot take a column, it becomes null, so that the row is not lost. */
export type WritableRow = <Result>(row: Columns, use: (row: Columns) => Result) => Result;

/** A guard for the rows of one output. It tells `warn` of the first row that loses a column; never its content. */
export const createWritableRow = (warn: (line: string) => void): WritableRow => {
  let number = 0;
  let told = false;
  return (row, use) => {
    number += 1;
    try {
      return use(row);
    } catch (error) {
      const lost = Object.keys(row).filter((name) => !isWritable(row[name]));
      if (!(error instanceof RangeError) || lost.length === 0) throw error;
      if (!told)
        warn(
          `row ${number}: nested too deeply to be written, null instead: ${lost.join(", ")}; so in later rows`,
        );
      told = true;
      return use({ ...row, ...Object.fromEntries(lost.map((name) => [name, null])) });
    }
  };
};

/** JSON.stringify gives up at a few thousand levels; JSON.parse does not. */
function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}
