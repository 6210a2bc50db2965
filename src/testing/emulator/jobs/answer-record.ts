import { randomUUID } from "node:crypto";
import { isObject, tryParseJson } from "../../../core/json.js";
import { bill } from "../bill.js";
import { chooseFault, takeTurn } from "../faults.js";
import type { Backend } from "../invocation.js";
import { count } from "../stats.js";
import { readTask, work } from "../work.js";
import type { Job, Line } from "./job.js";

/** Answers a record, counts it, and writes its line to the output of its file. */
export const answerRecord = async (job: Job, { file, bytes }: Line, backend: Backend): Promise<void> => {
  const planned = chooseFault(takeTurn(job.faults), bytes);
  if (planned) {
    planned.timesLeft -= 1;
    count(backend.stats.faults, planned.fault.kind);
  }
  const fault = planned?.fault;
  const { recordId = randomUUID().slice(0, 11), modelInput } = JSON.parse(bytes.toString());
  const isRefused = fault?.kind === "record_error";
  const result =
    isRefused && !fault.billed
      ? refused(fault.status, fault.message, job)
      : await answered(job, modelInput, fault?.kind === "stop" ? fault : undefined, backend);
  const said =
    isRefused && fault.billed
      ? refused(fault.status, fault.message, job)
      : fault?.kind === "body"
        ? { modelOutput: tryParseJson(fault.body) ?? fault.body }
        : result;
  job.processed += 1;
  job["error" in said ? "failed" : "succeeded"] += 1;
  // The order of keys is not promised, so there are two.
  const line = job.processed % 2 ? { recordId, modelInput, ...said } : { modelInput, ...said, recordId };
  const times = fault?.kind === "missing" ? 0 : fault?.kind === "repeated" ? 2 : 1;
  for (let left = times; left > 0; left--) job.files[file]?.written.push(JSON.stringify(line));
};

type Result =
  | { readonly modelOutput: unknown }
  | { readonly error: { readonly errorCode: number | string; readonly errorMessage: string } };

const answered = async (
  job: Job,
  modelInput: unknown,
  stop: { readonly reason: string; readonly text?: string } | undefined,
  backend: Backend,
): Promise<Result> => {
  if (!isObject(modelInput)) return refused(400, "modelInput: Field required", job);
  if ("modelId" in modelInput) return refused(400, "modelId: Extra inputs are not permitted", job);
  if (job.api === "converse" && "toolConfig" in modelInput)
    return refused(400, "Tool calling is not supported for jobs of the Converse invocation type", job);
  const body = Buffer.from(JSON.stringify(modelInput));
  const headers = { "content-type": "application/json" };
  const { api, region } = job;
  const task = readTask({ headers, body }, { api, modelId: job.request.modelId, ...backend });
  if ("status" in task) return refused(task.status, JSON.parse(task.body).message, job);
  const settleBill = bill(backend, task, { door: "batch", region });
  const { json, outputTokens } = await work(task, { stop });
  settleBill(outputTokens);
  job.inputTokens += task.inputTokens;
  job.outputTokens += outputTokens;
  return { modelOutput: json };
};

const refused = (status: number, errorMessage: string, { rules }: Job): Result => ({
  error: { errorCode: rules.error_code === "string" ? String(status) : status, errorMessage },
});
