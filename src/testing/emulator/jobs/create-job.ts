import { randomBytes } from "node:crypto";
import { isObject, valueAt } from "../../../core/json.js";
import { planFaults } from "../faults.js";
import { findModel, refuseDoor } from "../find-model.js";
import { type HttpReply, refuse, regionOf, type WireRequest } from "../http-message.js";
import type { Backend } from "../invocation.js";
import { localAccountId } from "../model-catalog.js";
import { hasEnded, type Job, type JobRequest } from "./job.js";
import { limitsOf, type RecordFault, recordFaultsFault } from "./job-rules.js";

/** CreateModelInvocationJob: the new job's ARN, or the service's words on what is wrong. */
export const createJob = (request: WireRequest, backend: Backend): HttpReply => {
  const asked = readJob(request.body);
  if (typeof asked === "string") return refuse(400, "ValidationException", asked);
  const own = ownFaults(request);
  if (typeof own === "string") return refuse(400, "ValidationException", own);
  const { jobs, account, profileOnly, now } = backend;
  const model = findModel(asked.modelId, profileOnly, account);
  if ("status" in model) return model;
  const closed = refuseDoor("batch", model.baseId, account);
  if (closed) return closed;
  const rules = account.batch ?? {};
  const { token_seconds = Number.POSITIVE_INFINITY, token_repeats = "same_job" } = rules;
  const { max_jobs } = limitsOf(rules);
  const token = asked.clientRequestToken;
  const first = [...jobs.values()].find(
    ({ request: { clientRequestToken }, submitted }) =>
      token !== undefined && clientRequestToken === token && now() - submitted < token_seconds * 1000,
  );
  if (first && token_repeats === "conflict")
    return refuse(400, "ConflictException", "The clientRequestToken was used by another request.");
  if (first) return created(token_repeats === "no_arn" ? {} : { jobArn: first.arn });
  const busy = [...jobs.values()].filter((job) => job.baseId === model.baseId && !hasEnded(job)).length;
  if (busy >= max_jobs)
    return refuse(
      400,
      "ServiceQuotaExceededException",
      `The maximum number of in-progress and submitted batch inference jobs using ${model.baseId} was reached: ${max_jobs}.`,
    );
  const region = regionOf(request);
  const id = randomBytes(6).toString("hex");
  const arn = `arn:aws:bedrock:${region}:${account.id ?? localAccountId}:model-invocation-job/${id}`;
  const job: Job = {
    ...{ arn, id, region, rules, request: asked, baseId: model.baseId },
    api: asked.modelInvocationType === "Converse" ? "converse" : "invoke_model",
    faults: planFaults([...own, ...(rules.faults ?? [])]),
    submitted: now(),
    expires: now() + asked.timeoutDurationInHours * 3_600_000,
    ...{ state: "Submitted", since: now(), message: null, files: [], lines: [], total: 0 },
    ...{ processed: 0, succeeded: 0, failed: 0, inputTokens: 0, outputTokens: 0 },
    underway: Promise.resolve(),
  };
  jobs.set(id, job);
  return created({ jobArn: arn });
};

/** What befalls the records of one job, beside what its account says: a list of faults, as JSON in base64. */
export const jobFaultsHeader = "x-local-bedrock-record-faults";

const ownFaults = ({ headers }: WireRequest): readonly RecordFault[] | string => {
  const given = headers[jobFaultsHeader];
  if (given === undefined) return [];
  try {
    const faults: unknown = JSON.parse(Buffer.from(String(given), "base64").toString());
    return recordFaultsFault(faults, jobFaultsHeader) ?? (faults as RecordFault[]);
  } catch {
    return `${jobFaultsHeader} must be a list as JSON in base64.`;
  }
};

const created = (answer: object): HttpReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(answer),
});

/** The request, or what is wrong with it. */
const readJob = (body: Buffer): JobRequest | string => {
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return "The provided request is not valid JSON";
  }
  if (!isObject(given)) return "The provided request is not valid JSON";
  const { timeoutDurationInHours = 24, modelInvocationType = "InvokeModel", ...rest } = given;
  const whole = { ...rest, timeoutDurationInHours, modelInvocationType };
  for (const [path, pattern] of patterns) {
    const value = valueAt(whole, path.split("."));
    if (value === undefined && optional.has(path)) continue;
    if (typeof value !== "string" || !pattern.test(value))
      return `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`;
  }
  if (!Number.isInteger(timeoutDurationInHours) || !within(timeoutDurationInHours as number, 24, 168))
    return "1 validation error detected: Value at 'timeoutDurationInHours' failed to satisfy constraint: Member must be between 24 and 168";
  return whole as unknown as JobRequest;
};

const within = (value: number, least: number, most: number): boolean => value >= least && value <= most;

const s3Uri = /^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/;

const patterns: readonly (readonly [string, RegExp])[] = [
  ["jobName", /^[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}$/],
  ["roleArn", /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/],
  ["modelId", /^.+$/],
  ["inputDataConfig.s3InputDataConfig.s3Uri", s3Uri],
  ["inputDataConfig.s3InputDataConfig.s3InputFormat", /^JSONL$/],
  ["outputDataConfig.s3OutputDataConfig.s3Uri", s3Uri],
  ["modelInvocationType", /^(InvokeModel|Converse)$/],
  ["clientRequestToken", /^[a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256}$/],
];

const optional: ReadonlySet<string> = new Set([
  "inputDataConfig.s3InputDataConfig.s3InputFormat",
  "clientRequestToken",
]);
