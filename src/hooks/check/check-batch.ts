import { noJobs } from "../../batch/batchable.js";
import { limitsInWords, readLimits, strictSide } from "../../batch/limits.js";
import { policiesFor } from "../../batch/policies.js";
import { known } from "../../bedrock/control-answers.js";
import { storeOf } from "../../bedrock/object-store.js";
import { checkBucket } from "../../bedrock/objects.js";
import { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import { hasDoor } from "../../models/model-facts.js";
import type { AwsAnswers } from "./ask-aws.js";

/** What is to be said of the batch jobs of a connection, in sentences; what stands in their way. Asks for the bucket alone. */
export const checkBatch = async (
  plan: Plan,
  { caller, quotas }: AwsAnswers,
): Promise<string[] | ConnectorError> => {
  const { connection, baseModel } = plan;
  const { delivery, batch: place } = connection;
  if (delivery === "now") return [];
  if (!place)
    return [`delivery: auto makes no batch jobs without batch_s3_uri and batch_role_arn; ${onLine(plan)}.`];
  const why = noJobs(plan);
  if (why !== null) return [`delivery: auto makes no batch jobs, since ${why}; ${onLine(plan)}.`];
  const store = storeOf(connection);
  for (const folder of new Set([place.input, place.output])) {
    const refused = await checkBucket(`${folder}check`, store).catch((error: Error) => error);
    if (refused) return new ConnectorError("batch_unusable", `${refused.message}.`, { cause: refused });
  }
  const limits = quotas ? readLimits(quotas, baseModel) : strictSide("nobody was asked");
  return [
    `Rows are delivered in batch jobs of ${limits.limits.leastRecords} records at least; fewer rows are called. ${limitsInWords(limits)}`,
    ...(hasDoor("batch", ...connection.candidateModelIds)
      ? []
      : ["The model is not known to take batch jobs: making one may be refused, which costs nothing."]),
    `Whether the role may read and write the bucket only a job tells. It needs: ${policiesFor(connection, place, known(caller))}`,
  ];
};

const onLine = ({ connection, isFlexible }: Plan): string => {
  if (isFlexible) return "calls go by the flex tier where it has room";
  return hasDoor("flex", ...connection.candidateModelIds)
    ? "the flex tier is not cheaper, or another one is set, so rows are called as usual"
    : "the model is not known to have the flex tier, so all rows are called";
};
