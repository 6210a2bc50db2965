import { policiesFor } from "../../batch/access/policies.js";
import { noJobs } from "../../batch/batchable.js";
import { limitsInWords, readLimits, strictSide } from "../../batch/limits.js";
import { known } from "../../bedrock/control-answers.js";
import { isLate } from "../../bedrock/object-failure.js";
import { storeOf } from "../../bedrock/object-store.js";
import { lookAtFolder } from "../../bedrock/objects.js";
import type { Connection } from "../../connection/connection.js";
import { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import { hasDoor } from "../../models/model-facts.js";
import type { AwsAnswers } from "./ask-aws.js";
import { checkRole } from "./check-role.js";

/** A folder of batch jobs: the region of its bucket, or why it cannot be used. */
interface Folder {
  readonly folder: string;
  readonly seen: { readonly region: string | null } | Error;
}

/** Looks at the folders of a connection's jobs. */
export const lookAtFolders = async (
  { connection }: Plan,
  abortSignal: AbortSignal,
): Promise<readonly Folder[]> => {
  const { delivery, batch: place } = connection;
  if (delivery === "now" || !place) return [];
  const store = storeOf(connection);
  return Promise.all(
    [...new Set([place.input, place.output])].map(async (folder) => ({
      folder,
      seen: await lookAtFolder(folder, store, { abortSignal }).catch((error: Error) => error),
    })),
  );
};

const checkFolders = ({ region }: Connection, folders: readonly Folder[]): string[] | ConnectorError => {
  const remarks: string[] = [];
  for (const { folder, seen } of folders) {
    if (seen instanceof Error) {
      if (!isLate(seen.cause ?? seen))
        return new ConnectorError("batch_unusable", `${seen.message}.`, { cause: seen });
      remarks.push(`The bucket is not checked: ${seen.message}.`);
    } else if (seen.region !== null && seen.region !== region)
      remarks.push(
        `The bucket of ${folder} is in ${seen.region}, and the jobs are made in ${region}: whether Bedrock takes it, only a job tells.`,
      );
  }
  return remarks;
};

/** What is to be said of the batch jobs of a connection, in sentences; what stands in their way. */
export const checkBatch = (
  plan: Plan,
  { caller, jobs, quotas, role }: AwsAnswers,
  folders: readonly Folder[],
): string[] | ConnectorError => {
  const { connection, baseModel } = plan;
  const { delivery, batch: place } = connection;
  if (delivery === "now") return [];
  if (!place)
    return [`delivery: auto makes no batch jobs without batch_s3_uri and batch_role_arn; ${onLine(plan)}.`];
  const why = noJobs(plan);
  if (why !== null) return [`delivery: auto makes no batch jobs, since ${why}; ${onLine(plan)}.`];
  // A job is looked for before it is made, so that none is made twice.
  if (jobs?.is === "unasked" && /is denied/.test(jobs.why))
    return new ConnectorError("batch_unusable", `${jobs.why}, since a job is looked for before it is made.`);
  const ofPlace = checkFolders(connection, folders);
  if (ofPlace instanceof ConnectorError) return ofPlace;
  const account = known(caller);
  const ofRole = role ? checkRole(connection, place, role, account) : [];
  if (ofRole instanceof ConnectorError) return ofRole;
  const limits = quotas ? readLimits(quotas, baseModel) : strictSide("nobody was asked");
  const isDenied = [quotas, role?.trust, ...(role?.rights ?? []).map(({ answer }) => answer)].some(
    (answer) => answer?.is === "unasked" && /is denied/.test(answer.why),
  );
  return [
    `Rows are delivered in batch jobs of ${limits.limits.leastRecords} records at least; fewer rows are called. ${limitsInWords(limits)}`,
    delivery === "batch" ? hostCollects : hostCalls,
    ...(hasDoor("batch", ...connection.candidateModelIds)
      ? []
      : ["The model is not known to take batch jobs: making one may be refused, which costs nothing."]),
    ...ofPlace,
    ...ofRole,
    ...(isDenied
      ? [`All that the identity itself is asked for: ${policiesFor(connection, place, account).caller}`]
      : []),
  ];
};

/** What becomes of rows that a host writes one by one. */
const hostCollects =
  "A host that writes row by row collects rows in one sync, makes the job in the next that brings them again (`bedrock-model batch submit` does at once), and has the answers in one after its end; Multiwoven brings a row again only when it has changed.";
const hostCalls =
  "Rows that a host writes one by one are called: with delivery: batch they are collected for a job over several syncs.";

const onLine = ({ connection, isFlexible }: Plan): string => {
  if (isFlexible) return "calls go by the flex tier where it has room";
  return hasDoor("flex", ...connection.candidateModelIds)
    ? "the flex tier is not cheaper, or another one is set, so rows are called as usual"
    : "the model is not known to have the flex tier, so all rows are called";
};
