import { offlineSettings } from "../../connection/offline-settings.js";
import { ConnectorError } from "../../core/errors.js";
import { compilePlan } from "../../enrich/plan.js";
import { adviseFences } from "../../template/fence-advice.js";
import { compareCase, type Difference } from "./compare.js";
import { readTests } from "./read-cases.js";

/** What became of a file of template tests. */
export interface TemplateTestReport {
  readonly passed: number;
  readonly failed: number;
  /** In the order of the file; a case without differences has passed. */
  readonly cases: readonly { readonly name: string; readonly differences: readonly Difference[] }[];
  /** What may be a mistake although the cases pass, in sentences. */
  readonly remarks: readonly string[];
}

/** See `testTemplates`. */
export const runTests = async (tests: unknown): Promise<TemplateTestReport> => {
  const { config, cases } = readTests(tests);
  const plan = compilePlan(offlineSettings(config), "templates");
  if (plan instanceof ConnectorError) throw plan;
  const judged = await Promise.all(
    cases.map(async (given) => ({ name: given.name, differences: await compareCase(given, plan) })),
  );
  const passed = judged.filter(({ differences }) => differences.length === 0).length;
  const fences = adviseFences(plan.template.sample);
  for (const { record } of cases) fences.see(record);
  return {
    passed,
    failed: judged.length - passed,
    cases: judged,
    remarks: [...plan.remarks, ...fences.remarks()],
  };
};
