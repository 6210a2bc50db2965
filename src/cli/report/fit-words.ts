/**
 * A line of words folded at its blanks to a terminal's width, further lines set in by `hang`; a command in backticks
 * stays whole, to be copied. `width` 0 or undefined, as where no terminal is, folds nothing. Pure.
 */
export const fitWords = (line: string, width: number | undefined, hang = 2): string => {
  if (!width || line.length <= width) return line;
  const indent = " ".repeat(line.length - line.trimStart().length);
  // With the blanks before it, so that columns stay columns.
  const words = line.match(/\s*(?:`[^`]*`\S*|\S+)/g) ?? [];
  const folded: string[] = [];
  let [current = ""] = words;
  for (const word of words.slice(1))
    if (current.length + word.length <= width) current += word;
    else {
      folded.push(current);
      current = `${indent}${" ".repeat(hang)}${word.trimStart()}`;
    }
  return [...folded, current].join("\n");
};
