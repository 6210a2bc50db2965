import { fileURLToPath } from "node:url";
import type * as conformance from "../../src/testing/conformance/index.js";

/**
 * How the command line is started: as users have it, compiled. Compiling each child's sources anew would take most of
 * the suite's time.
 */
export const program: readonly [node: string, file: string] = [process.execPath, compiled("cli/main.js")];

/** The library, as users import it. */
export const library = compiled("index.js");

/** The conformance suite, as users import it. What it starts needs no loaders of this process. */
export const conformanceSuite = async (): Promise<typeof conformance> => {
  process.execArgv.splice(0);
  return import(compiled("testing/conformance/index.js"));
};

/** A file of spec/support/conformance, for processes of its own. */
export const standIn = (name: string): string =>
  fileURLToPath(new URL(`conformance/${name}`, import.meta.url));

function compiled(path: string): string {
  return fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
}
