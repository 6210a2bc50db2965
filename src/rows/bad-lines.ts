import { BadLine } from "../core/bad-line.js";
import { FileFailure } from "../core/file-failure.js";

/**
 * What becomes of a line that cannot be read: `keep` hands it over as a BadLine, for who can pass a failed row on, and
 * `refuse` ends the reading there. One that holds a value, but no row, is handed over in both.
 */
export type BadLines = "keep" | "refuse";

/** The bad lines of one file: they are warned about by their number, the first of them each. */
export const createBadLines = (name: string, badLines: BadLines, warn: (line: string) => void) => {
  let count = 0;
  return {
    /** Throws a FileFailure where bad lines are refused. `line` counts from 1. */
    take(text: string, line: number, fault: string, isValue = false): BadLine {
      const bad = new BadLine(text, `${name}, line ${line}`, fault);
      if (badLines === "refuse" && !isValue) throw new FileFailure(`${bad.place}: ${fault}`);
      count += 1;
      if (count <= mostWarnings) warn(`${bad.place}: ${fault}; it will come out as a failed row`);
      return bad;
    },
    /** Tells of those that were not warned about one by one. */
    finish(): void {
      if (count > mostWarnings) warn(`${name}: ${count - mostWarnings} more lines are no rows`);
    },
  };
};

const mostWarnings = 10;
