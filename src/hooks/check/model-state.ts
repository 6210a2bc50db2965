import { type FoundationModel, known } from "../../bedrock/control-answers.js";
import { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import { listModels } from "../../models/list-models.js";
import { alternativesLike, successors } from "./alternatives.js";
import type { AwsAnswers } from "./ask-aws.js";

/** Why the model cannot be called by this id, if it cannot. */
export const refusedModel = (answers: AwsAnswers, plan: Plan, now: Date): ConnectorError | null => {
  const { called, model } = answers;
  const { region } = plan.connection;
  const found = known(model);
  if (found?.endOfLife && found.endOfLife <= now)
    return new ConnectorError(
      "model_gone",
      `It ended on ${day(found.endOfLife)}. ${successors(answers, plan)}`.trim(),
    );
  // What is called through a profile need not be offered in the region of the caller.
  if (called.kind !== "model") return null;
  if (model?.is === "absent" && !isProfileId(answers)) return absentModel(answers, plan);
  if (!found || found.onDemand) return null;
  return found.throughProfiles
    ? new ConnectorError("profile_required", alternativesLike(answers, plan))
    : new ConnectorError("invalid_model", boughtOnly(found, region));
};

/** A profile whose id begins with a geography that this connector has not heard of. */
const isProfileId = ({ called, profiles }: AwsAnswers): boolean =>
  known(profiles)?.some(({ id }) => id === called.id) === true;

/** A listed id is known to have been a model, so that a missing one is no slip of the pen. */
const absentModel = (answers: AwsAnswers, plan: Plan): ConnectorError => {
  const { id } = answers.called;
  const wasModel = listModels().some(({ modelId, lifecycle }) => modelId === id && lifecycle === "gone");
  return wasModel
    ? new ConnectorError("model_gone", successors(answers, plan) || undefined)
    : new ConnectorError("invalid_model", alternativesLike(answers, plan));
};

const boughtOnly = ({ modelId }: FoundationModel, region: string): string =>
  `In ${region} ${modelId} answers through Provisioned Throughput only: put the ARN of yours into inference_profile.`;

export const day = (date: Date): string => date.toISOString().slice(0, 10);
