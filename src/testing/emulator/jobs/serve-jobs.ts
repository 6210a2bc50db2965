import { type HttpReply, refuse, type WireRequest } from "../http-message.js";
import type { Backend } from "../invocation.js";
import { createJob } from "./create-job.js";
import { hasEnded, type Job } from "./job.js";

/** A request about jobs, once it may be asked; `id` is a job's id or ARN. */
type Serve = (request: WireRequest, id: string, backend: Backend) => HttpReply;

export const jobOperations = {
  CreateModelInvocationJob: (request, _id, backend) => createJob(request, backend),
  GetModelInvocationJob: (_request, id, { jobs }) => {
    const job = find(jobs, id);
    return job ? json(told(job)) : notFound;
  },
  ListModelInvocationJobs: ({ query }, _id, { jobs }) =>
    listJobs(new URLSearchParams(query), [...jobs.values()]),
  StopModelInvocationJob: (_request, id, { jobs, now }) => {
    const job = find(jobs, id);
    if (!job) return notFound;
    if (hasEnded(job))
      return refuse(400, "ConflictException", `The job is in the state ${job.state} and cannot be stopped.`);
    if (job.state !== "Stopping") {
      job.state = "Stopping";
      job.since = now();
    }
    return json({});
  },
} satisfies Record<string, Serve>;

const find = (jobs: Backend["jobs"], idOrArn: string): Job | undefined =>
  jobs.get(idOrArn.replace(/^arn:.*\//, ""));

const notFound = refuse(404, "ResourceNotFoundException", "The provided job identifier is invalid.");

/** A job as Get and List tell it. */
const told = (job: Job): object => {
  const { arn, request, rules, state, message, submitted, since, expires } = job;
  const { total, processed, succeeded, failed } = job;
  return {
    ...{ jobArn: arn, ...request, status: state },
    ...(message !== null && { message }),
    ...{ submitTime: iso(submitted), lastModifiedTime: iso(since), jobExpirationTime: iso(expires) },
    ...(hasEnded(job) && { endTime: iso(since) }),
    ...(rules.counts !== false &&
      (total > 0 || hasEnded(job)) && {
        ...{ totalRecordCount: total, processedRecordCount: processed },
        ...{ successRecordCount: succeeded, errorRecordCount: failed },
      }),
  };
};

const iso = (ms: number): string => new Date(ms).toISOString();

const listJobs = (query: URLSearchParams, jobs: readonly Job[]): HttpReply => {
  const after = Date.parse(query.get("submitTimeAfter") ?? "") || Number.NEGATIVE_INFINITY;
  const before = Date.parse(query.get("submitTimeBefore") ?? "") || Number.POSITIVE_INFINITY;
  const status = query.get("statusEquals");
  const name = query.get("nameContains") ?? "";
  const found = jobs.filter(
    ({ submitted, state, request }) =>
      submitted > after &&
      submitted < before &&
      (status === null || state === status) &&
      request.jobName.includes(name),
  );
  if (query.get("sortOrder") !== "Ascending") found.reverse();
  const start = Number(query.get("nextToken") ?? 0);
  const end = start + Math.min(1000, Number(query.get("maxResults") ?? 100));
  return json({
    invocationJobSummaries: found.slice(start, end).map(told),
    ...(end < found.length && { nextToken: String(end) }),
  });
};

const json = (answer: object): HttpReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(answer),
});
