import { isObject } from "../../core/json.js";

/** Watches the columns that a template reads for signs that rows are not what the template expects. */
interface ColumnSigns {
  see(record: unknown): void;
  /** What may be a mistake, in sentences. They name columns and never quote values. */
  remarks(): string[];
}

/** How many rows have a column, and in how many its text bears a sign. */
interface Signs {
  present: number;
  doubled: number;
  single: number;
  escaped: number;
  lineBreaks: number;
}

export const watchColumns = (names: readonly string[], undoubles: boolean): ColumnSigns => {
  const columns = new Map<string, Signs>(
    names.map((name) => [name, { present: 0, doubled: 0, single: 0, escaped: 0, lineBreaks: 0 }]),
  );
  let rows = 0;
  return {
    see(record) {
      if (!isObject(record)) return;
      rows++;
      for (const [name, signs] of columns) {
        const value = record[name];
        if (value === undefined) continue;
        signs.present++;
        if (typeof value === "string") readSigns(value, signs);
      }
    },
    remarks: () =>
      rows === 0 ? [] : [...columns].flatMap(([name, signs]) => remarksOn(name, signs, undoubles)),
  };
};

const readSigns = (text: string, signs: Signs): void => {
  const rest = text.replaceAll("''", "");
  if (rest.length < text.length) signs.doubled++;
  if (rest.includes("'")) signs.single++;
  if (text.includes("\n")) signs.lineBreaks++;
  // A quote or a line break behind a backslash is text that was written as JSON once too often.
  if (/\\["n]/.test(text)) signs.escaped++;
};

const remarksOn = (name: string, signs: Signs, undoubles: boolean): string[] => {
  const { present, doubled, single, escaped, lineBreaks } = signs;
  if (present === 0) return [`No row has the column ${name}, which request_format reads.`];
  const remarks: string[] = [];
  // Where single ones stand beside them, doubled ones are the text's own.
  if (doubled > 0 && single === 0 && !undoubles)
    remarks.push(
      `In ${inRows(doubled)} the column ${name} has doubled apostrophes and none that are single, so the host may have doubled them: undouble_apostrophes undoes it.`,
    );
  if (escaped > 0 && lineBreaks === 0)
    remarks.push(
      `In ${inRows(escaped)} the column ${name} has quotes or line breaks behind backslashes, so it may have been escaped as JSON before: values need no escaping here.`,
    );
  return remarks;
};

const inRows = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);
