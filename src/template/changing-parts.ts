import type { Json } from "../core/json.js";
import { dateFilters, timeOfRun } from "./date-filters.js";
import { leavesOf } from "./leaves.js";
import { textOf, valuesIn } from "./parts.js";

/**
 * What of a sample prints another text at every run: the filter `sample`, and the words for the time of the run where
 * a leaf has a filter for dates.
 */
export const changingParts = (sample: Json): string[] => {
  const found = leavesOf(sample).flatMap(({ parts }) => {
    const values = valuesIn(parts);
    const filters = values.flatMap((value) => value.filters.map(({ name }) => name));
    const words = values.flatMap(({ initial }) => initial.postfix.map(textOf));
    return [
      ...filters.filter((name) => name === "sample"),
      ...(filters.some((name) => Object.hasOwn(dateFilters, name))
        ? words.filter((word) => word !== undefined && timeOfRun.has(word))
        : []),
    ];
  });
  return [...new Set(found as string[])];
};
