import { fstatSync } from "node:fs";
import { wrongUsage } from "./failure.js";

/** Exit 2 with a hint instead of waiting for somebody to type rows. */
export const refuseTerminal = (path: string | undefined, stdin: { isTTY?: boolean }): void => {
  if (path === undefined && stdin.isTTY) {
    throw wrongUsage("no input: give --input FILE, or pipe rows in, one JSON object a line");
  }
};

/** The length of stdin in bytes when it was redirected from a file. */
export const sizeOfStdin = (): number | undefined => {
  const stats = fstatSync(0);
  return stats.isFile() ? stats.size : undefined;
};
