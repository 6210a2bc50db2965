import { fileURLToPath } from "node:url";

/**
 * How the command line is started: as users have it, compiled. Compiling each child's sources anew would take most of
 * the suite's time.
 */
export const program: readonly [node: string, file: string] = [process.execPath, compiled("cli/main.js")];

/** The library, as users import it. */
export const library = compiled("index.js");

function compiled(path: string): string {
  return fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
}
