import { isObject, type Json } from "../core/json.js";
import { leavesOf } from "./leaves.js";
import { countPieces, unfencedColumns } from "./printed.js";

/** Watches the records of a template for free text that it puts into a prompt without a fence. */
interface FenceAdvice {
  see(record: unknown): void;
  /** At most one sentence, which names the columns. */
  remarks(): string[];
}

/**
 * Advises a fence for columns that hold free text in some record and stand without one in a text of the sample that
 * has words of its own. A short value, or one that is the whole text, needs none.
 */
export const adviseFences = (sample: Json): FenceAdvice => {
  const columns = unfencedBesideWords(sample);
  const found = new Set<string>();
  return {
    see(record) {
      if (!isObject(record)) return;
      for (const column of columns) if (!found.has(column) && isFreeText(record[column])) found.add(column);
    },
    remarks() {
      const named = columns.filter((column) => found.has(column));
      if (named.length === 0) return [];
      return [
        `request_format puts free text into a prompt without a fence: ${named.join(", ")}. ` +
          `{{ ${named[0]} | fence }} marks where such a value begins and ends.`,
      ];
    },
  };
};

const unfencedBesideWords = (sample: Json): string[] => {
  const leaves = leavesOf(sample).filter(({ parts }) => countPieces(parts) > 1);
  return [...new Set(leaves.flatMap(({ parts }) => unfencedColumns(parts)))];
};

/** Long enough, or of more than one line, to hold an instruction. */
const isFreeText = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(isFreeText)
    : typeof value === "string" && (value.length >= 80 || /\n/.test(value.trim()));
