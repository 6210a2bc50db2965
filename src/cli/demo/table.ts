const gap = "  ";

/** Rows of text in columns of the given widths, cut to fit; control characters become blanks. */
export const table = (widths: readonly number[], rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) =>
      row
        .map((cell, index) => cut(cell, widths[index] ?? 0))
        .join(gap)
        .trimEnd(),
    )
    .join("\n");

const cut = (cell: string, width: number): string => {
  const text = cell.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
};
