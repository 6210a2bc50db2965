import { templateSettings } from "../connection/template-settings.js";
import { ConnectorError } from "../errors.js";
import { prepareJob } from "../job.js";
import { adviseFences } from "../template/fence-advice.js";
import { type Difference, judge } from "./judge.js";
import { readTests } from "./read.js";

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
  const job = prepareJob(templateSettings(config), "templates");
  if (job instanceof ConnectorError) throw job;
  const judged = await Promise.all(
    cases.map(async (given) => ({ name: given.name, differences: await judge(given, job) })),
  );
  const passed = judged.filter(({ differences }) => differences.length === 0).length;
  const fences = adviseFences(job.template.sample);
  for (const { record } of cases) fences.see(record);
  return {
    passed,
    failed: judged.length - passed,
    cases: judged,
    remarks: [...job.remarks, ...fences.remarks()],
  };
};
