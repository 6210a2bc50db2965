import { Output } from "liquidjs";
import { isObject, type Json, valueAt } from "../json.js";
import { leavesOf, variablesOf } from "./leaves.js";
import { toColumn } from "./template.js";

/**
 * At most one sentence: which columns hold free text in some of these records and stand without a fence in a text of
 * the sample that has words of its own. A short value, or one that is the whole text, needs none.
 */
export const fenceAdvice = (sample: Json, records: readonly unknown[]): string[] => {
  const columns = unfencedColumns(sample).filter((column) =>
    records.some((record) => isObject(record) && isFreeText(valueAt(record, [column]))),
  );
  if (columns.length === 0) return [];
  const [first] = columns;
  return [
    `request_format puts free text into a prompt without a fence: ${columns.join(", ")}. ` +
      `{{ ${first} | fence }} marks where such a value begins and ends.`,
  ];
};

/** Columns that are printed without a fence, beside other words. */
const unfencedColumns = (sample: Json): string[] => {
  const outputs = leavesOf(sample)
    .filter(({ parts }) => parts.length > 1)
    .flatMap(({ parts }) => parts.filter((part) => part instanceof Output))
    .filter(({ value }) => !value.filters.some(({ name }) => name === "fence"));
  return [...new Set(outputs.flatMap((output) => variablesOf([output]).flatMap(toColumn)))];
};

/** Long enough, or of more than one line, to hold an instruction. */
const isFreeText = (value: unknown): boolean =>
  typeof value === "string" && (value.length >= 80 || /\n/.test(value.trim()));
