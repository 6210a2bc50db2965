import type { BatchJob, BatchProgress } from "../../index.js";
import { safeCommand } from "../help.js";
import { count, counted, shellWord } from "./amounts.js";
import type { Terminal } from "./terminal.js";

/** One job in a line. Pure. */
export const jobLine = (job: BatchJob): string => {
  const { name, stage, status, records, processed, answered, refused, unknown, unprocessed, message } = job;
  const rest: [number | undefined, string][] = [
    [refused, "refused"],
    [unknown, "perhaps billed, without an answer"],
    [unprocessed, "not come to"],
  ];
  const numbers =
    answered === undefined
      ? processed === undefined
        ? counted(records, "record")
        : `${count(processed)} of ${counted(records, "record")} done`
      : [
          `${count(answered)} of ${counted(records, "record")} answered`,
          ...rest.filter(([rows]) => rows).map(([rows, words]) => `${count(rows ?? 0)} ${words}`),
        ].join(", ");
  const said = message ? ` (${message})` : "";
  // Nobody has counted what is collected for one that is just being closed.
  const counts = records === 0 && isCollected(stage) ? "" : `, ${numbers}`;
  return `${name}: ${stageInWords[stage] ?? status ?? stage}${counts}${said}`;
};

const isCollected = (stage: BatchJob["stage"]): boolean => stage === "collecting" || stage === "counting";

const stageInWords: Partial<Record<BatchJob["stage"], string>> = {
  collecting: "rows are collected for it",
  counting: "rows were collected for it",
  planning: "being planned",
  planned: "planned, not made yet",
  creating: "asked for, no answer yet",
  abandoned: "given up before it was made",
};

/** What was planned, in lines. Pure. */
const plannedLines = ({ records, waiting, on_line, kept_out, jobs, limits }: BatchProgress): string[] => {
  const made = jobs.filter(({ stage }) => stage !== "abandoned").length;
  return [
    ...(records > 0
      ? [`${counted(records, "record")} planned for batch, ${counted(made, "job")} in all`]
      : []),
    ...(waiting > 0 ? [`${counted(waiting, "row")} in jobs of before`] : []),
    ...(limits ? [limits] : []),
    ...Object.entries(on_line).map(([why, rows]) => `${counted(rows, "row")} on line: ${why}`),
    ...Object.entries(kept_out).map(([why, rows]) => `${counted(rows, "row")} in no job so far: ${why}`),
  ];
};

/** What the deadline has taken from jobs, and what was reckoned with. Pure. */
export const takeOverLine = ({
  rows,
  other_rows,
  needed_ms,
  margin_ms,
  rows_per_minute,
  is_known,
}: NonNullable<BatchProgress["take_over"]>): string => {
  const minutes = (ms: number): string => `${count(Math.max(1, Math.round(ms / 60_000)))} min`;
  const beside = other_rows > 0 ? ` beside ${count(other_rows)} that no job takes` : "";
  const known = is_known ? "" : ", since nothing is known of the account's quota";
  return `the deadline is near: jobs are stopped, and ${counted(rows, "row")} that they have not answered go on line${beside}, reckoned with ${minutes(needed_ms)} at ${count(Math.round(rows_per_minute))} rows a minute${known}, and a margin of ${minutes(margin_ms)}`;
};

/** Records of all jobs, or those that are done. Pure. */
export const sumOfJobs = ({ jobs }: Pick<BatchProgress, "jobs">, name: "records" | "processed"): number =>
  jobs.reduce((all, job) => all + (job[name] ?? 0), 0);

/** How far all jobs are, in one line. Pure. */
const progressOfJobs = (progress: BatchProgress): string => {
  const { jobs } = progress;
  const sum = (name: "records" | "processed"): number => sumOfJobs(progress, name);
  const states = new Map<string, number>();
  for (const { status, stage } of jobs) states.set(status ?? stage, (states.get(status ?? stage) ?? 0) + 1);
  const words = [...states].map(([state, jobsThere]) => `${jobsThere} ${state}`).join(", ");
  return `batch: ${words}; ${count(sum("processed"))} of ${counted(sum("records"), "record")} done`;
};

/** What to do with jobs that go on without the command. Pure. */
export const leftLines = (progress: BatchProgress, config: string | undefined): string[] => {
  const file = shellWord(config ?? "FILE");
  const isMade = progress.jobs.some(({ stage }) => stage === "submitted" || stage === "creating");
  return [
    progressOfJobs(progress),
    isMade
      ? "the jobs go on without this command, and cost what they take. Come back with the same command: what is answered by then costs nothing more"
      : "no job is made so far, so nothing goes on without this command, or costs anything. Come back with the same command",
    `look: \`${safeCommand} batch --config ${file}\`; wait: \`batch wait\`; stop them: \`batch stop\``,
  ];
};

/** Tells how batch jobs come further: lines for what changes, and the line that is redrawn meanwhile. */
export const watchBatch = (terminal: Terminal) => {
  let last: BatchProgress | undefined;
  const said = new Map<string, string>();
  const lineOf = (line: string, by: string): void => {
    if (said.get(by) !== line) terminal.say(line);
    said.set(by, line);
  };
  return {
    last: (): BatchProgress | undefined => last,
    line: (): string | undefined => last && progressOfJobs(last),
    see(progress: BatchProgress): void {
      if (!last) for (const line of plannedLines(progress)) terminal.say(line);
      last = progress;
      if (progress.take_over) lineOf(takeOverLine(progress.take_over), "take over");
      for (const job of progress.jobs) {
        const state = `${job.stage} ${job.status} ${job.message ?? ""}`;
        if (said.get(job.name) === state) continue;
        lineOf(jobLine(job), `${job.name} line`);
        said.set(job.name, state);
        for (const remark of job.remarks ?? []) lineOf(`  ${remark}`, `${job.name} ${remark}`);
      }
    },
  };
};
