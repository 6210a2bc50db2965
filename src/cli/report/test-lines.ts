import type { TemplateTestReport } from "../../index.js";
import { counted } from "./amounts.js";

/** What became of template tests, in lines for a person. Pure. */
export const testReport = ({ cases, passed, failed, remarks }: TemplateTestReport): string => {
  const lines = cases.flatMap(({ name, differences }) => [
    `${differences.length === 0 ? "ok  " : "FAIL"}  ${name}`,
    ...differences.flatMap(({ what, text }) => [
      `      ${titles[what]} (- expected, + actual)`,
      ...text.split("\n").map((line) => `        ${line}`),
    ]),
  ]);
  const end =
    failed === 0
      ? `${counted(passed, "case")} passed`
      : `${failed} of ${counted(passed + failed, "case")} failed`;
  return `${[...lines, "", end, ...remarks.map((remark) => `Remark: ${remark}`)].join("\n")}\n`;
};

const titles = { error: "error", body: "request body", columns: "output columns", outcome: "_bedrock" };
