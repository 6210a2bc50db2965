import { createHash } from "node:crypto";
import type { Backend } from "../invocation.js";
import { putObject } from "../objects/store.js";
import { answerRecord } from "./answer-record.js";
import { hasEnded, type Job, type JobState } from "./job.js";
import { readInput } from "./read-input.js";

/**
 * Brings every job to where it is by the clock, as a service does by itself. One that has much to do goes on behind, and is
 * not waited for longer than `patienceMs`.
 */
export const catchUp = async (backend: Backend): Promise<void> => {
  const open = [...backend.jobs.values()].filter((job) => !hasEnded(job));
  if (open.length === 0) return;
  const underway = open.map((job) => {
    job.underway = job.underway.then(() => advance(job, backend));
    return job.underway;
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs).unref();
  });
  await Promise.race([Promise.all(underway), patience]);
  clearTimeout(timer);
};

const patienceMs = 2_000;

const advance = async (job: Job, backend: Backend): Promise<void> => {
  for (;;) {
    const now = backend.now();
    const step = steps[job.state];
    const { seconds = {} } = job.rules;
    const due = job.since + (seconds[job.state as keyof typeof seconds] ?? 0) * 1000;
    const next = await step?.(job, backend, { now, due });
    if (!next) return;
    job.state = next;
    // What was due earlier came to be then, so that states do not add up their delays.
    job.since = Math.min(now, Math.max(job.since, due));
    // The records of millions are not kept for nothing.
    if (hasEnded(job)) [job.files, job.lines] = [[], []];
  }
};

interface Times {
  readonly now: number;
  /** When the state is over by the rules. */
  readonly due: number;
}

/** What a job does in a state by now, and the state that follows, if any. */
type Step = (job: Job, backend: Backend, times: Times) => JobState | null | Promise<JobState | null>;

const steps: Readonly<Partial<Record<JobState, Step>>> = {
  Submitted: (_job, _backend, { now, due }) => (now >= due ? "Validating" : null),
  Validating(job, { objects }, { now, due }) {
    if (now < due) return null;
    const input = readInput(job, objects);
    if (typeof input === "string") return fail(job, input);
    if (job.rules.end === "Failed" && !job.rules.end_after) return fail(job, job.rules.end_message);
    job.files = input.files.map((name) => ({ name, written: [] }));
    job.lines = input.lines;
    job.total = input.lines.length;
    return "Scheduled";
  },
  Scheduled({ rules, expires }, _backend, { now, due }) {
    if (rules.end === "Expired") return now >= due ? "Expired" : null;
    if (now >= expires && due >= expires) return "Expired";
    return now >= due ? "InProgress" : null;
  },
  async InProgress(job, backend, { now, due }) {
    const { end, end_after = 0, end_message } = job.rules;
    const { lines, since, expires } = job;
    const most = end === undefined ? lines.length : Math.min(end_after, lines.length);
    const until = Math.min(now, expires);
    const share = until >= due ? 1 : (until - since) / (due - since);
    const target = Math.min(most, Math.floor(lines.length * share));
    for (const line of lines.slice(job.processed, target)) {
      await answerRecord(job, line, backend);
      if (job.processed % 100 === 0) await others();
      // Somebody may have stopped it meanwhile.
      if (job.state !== "InProgress") return job.state;
    }
    if (end !== undefined && job.processed === most) {
      writeOutput(job, backend);
      return end === "Failed" ? fail(job, end_message) : end;
    }
    if (now < due && now < expires) return null;
    writeOutput(job, backend);
    return job.processed < lines.length ? "PartiallyCompleted" : "Completed";
  },
  Stopping(job, backend, { now, due }) {
    if (now < due) return null;
    writeOutput(job, backend);
    return "Stopped";
  },
};

/** Lets others have their turn: records alone would keep the process to themselves. */
const others = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const fail = (job: Job, message = "The job failed."): "Failed" => {
  job.message = message;
  return "Failed";
};

/** The lines so far, a file for each of the input, and the manifest that counts them. None where none was begun. */
const writeOutput = (job: Job, { objects, now }: Backend): void => {
  if (job.processed === 0) return;
  const { s3Uri } = job.request.outputDataConfig.s3OutputDataConfig;
  const folder = `${s3Uri.replace(/\/+$/, "")}/${job.id}`;
  const put = (name: string, text: string): void =>
    putObject(objects, `${folder}/${name}.out`, Buffer.from(text), now());
  for (const { name, written } of job.files) {
    const lines = job.rules.order === "as_sent" ? written : shuffled(written);
    put(name, lines.map((line) => `${line}\n`).join(""));
  }
  const { processed, succeeded, failed, inputTokens, outputTokens, total } = job;
  const manifest = {
    ...{ totalRecordCount: total, processedRecordCount: processed },
    ...{ successRecordCount: succeeded, errorRecordCount: failed },
    ...{ inputTokenCount: inputTokens, outputTokenCount: outputTokens },
  };
  if (job.rules.manifest !== false) put("manifest.json", JSON.stringify(manifest));
};

/** In another order, the same in every run. */
const shuffled = (lines: readonly string[]): string[] =>
  lines
    .map((line, index) => ({ line, place: createHash("sha256").update(String(index)).digest("hex") }))
    .sort((one, other) => (one.place < other.place ? -1 : 1))
    .map(({ line }) => line);
