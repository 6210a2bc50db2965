import type { TemplateTestReport } from "./run-cases.js";

/**
 * Runs a user's own cases against the templates of a connection: record in, expected body; response in, expected
 * columns. Calls nothing and opens no ledger. `tests` is the content of a file of `schemas/template-tests.json`,
 * with the settings themselves in `config`; credentials among them are ignored, and the region may be missing.
 * @throws Error with a sentence when the file or its settings cannot be used.
 */
export const testTemplates = async (tests: unknown): Promise<TemplateTestReport> => {
  // Ajv and Liquid are loaded on first need, so that the package itself loads at once.
  const { runTests } = await import("./run-cases.js");
  return runTests(tests);
};
