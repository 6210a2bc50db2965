import type { RuleResult } from "./judge-rules.js";
import { unjudgedRules } from "./unjudged-rules.js";

/** The results as a table for a terminal, with the counts below it. Pure. */
export const table = (results: readonly RuleResult[]): string => {
  const ids = Math.max(2, ...results.map(({ id }) => id.length));
  const whats = Math.max(4, ...results.map(({ what }) => what.length));
  const line = (id: string, what: string, verdict: string): string =>
    `${id.padEnd(ids)} · ${what.padEnd(whats)} · ${verdict}`.trimEnd();
  return [
    line("id", "what", "verdict"),
    ...results.map((result) => line(result.id, result.what, inWords(result))),
    "",
    countsOf(results),
    `no hook shows: ${unjudgedRules.map(({ id }) => id).join(", ")}`,
    "",
  ].join("\n");
};

const inWords = ({ verdict, because }: RuleResult): string => {
  const reason = because?.replace(/\s+/g, " ");
  if (verdict === "skipped") return `skipped because ${reason}`;
  return verdict === "fail" ? `FAIL: ${reason}` : verdict;
};

const countsOf = (results: readonly RuleResult[]): string => {
  const count = (wanted: RuleResult["verdict"]): number =>
    results.filter(({ verdict }) => verdict === wanted).length;
  return `${count("pass")} passed, ${count("fail")} failed, ${count("skipped")} skipped`;
};

/** The results as a JUnit report, which CI servers read. Pure. */
export const junit = (name: string, results: readonly RuleResult[]): string => {
  const failed = results.filter(({ verdict }) => verdict === "fail").length;
  const skipped = results.filter(({ verdict }) => verdict === "skipped").length;
  const ms = results.reduce((all, result) => all + result.ms, 0);
  const counts = `tests="${results.length}" failures="${failed}" skipped="${skipped}" time="${ms / 1000}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escaped(name)}" ${counts}>`,
    ...results.map(testCase),
    "</testsuite>",
    "",
  ].join("\n");
};

const testCase = ({ id, what, verdict, because = "", ms }: RuleResult): string => {
  const open = `  <testcase classname="${id.charAt(0)}" name="${escaped(`${id} ${what}`)}" time="${ms / 1000}"`;
  if (verdict === "pass") return `${open}/>`;
  const inner = verdict === "fail" ? "failure" : "skipped";
  return `${open}><${inner} message="${escaped(because)}"/></testcase>`;
};

/** XML takes no control characters but these three, not even escaped. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]/gu, "?")
    .replace(/[&<>"\t\n\r]/g, (mark) => `&#${mark.charCodeAt(0)};`);
