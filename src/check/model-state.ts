import { type FoundationModel, known } from "../bedrock/control-answers.js";
import { ConnectorError } from "../errors.js";
import { listModels } from "../families/models.js";
import type { Job } from "../job.js";
import { offersLike, successors } from "./offers.js";
import type { Survey } from "./survey.js";

/** Why the model cannot be called by this id, if it cannot. */
export const refusedModel = (survey: Survey, job: Job, now: Date): ConnectorError | null => {
  const { target, model } = survey;
  const { region } = job.connection;
  const found = known(model);
  if (found?.endOfLife && found.endOfLife <= now)
    return new ConnectorError(
      "model_gone",
      `It ended on ${day(found.endOfLife)}. ${successors(survey, job)}`.trim(),
    );
  // What is called through a profile need not be offered in the region of the caller.
  if (target.kind !== "model") return null;
  if (model?.is === "absent" && !isProfileId(survey)) return absentModel(survey, job);
  if (!found || found.onDemand) return null;
  return found.throughProfiles
    ? new ConnectorError("profile_required", offersLike(survey, job))
    : new ConnectorError("invalid_model", boughtOnly(found, region));
};

/** A profile whose id begins with a geography that this connector has not heard of. */
const isProfileId = ({ target, profiles }: Survey): boolean =>
  known(profiles)?.some(({ id }) => id === target.id) === true;

/** An id of the fixtures is known to have been a model, so that a missing one is no slip of the pen. */
const absentModel = (survey: Survey, job: Job): ConnectorError => {
  const { id } = survey.target;
  const wasModel = listModels().some(({ modelId, lifecycle }) => modelId === id && lifecycle === "gone");
  return wasModel
    ? new ConnectorError("model_gone", successors(survey, job) || undefined)
    : new ConnectorError("invalid_model", offersLike(survey, job));
};

const boughtOnly = ({ modelId }: FoundationModel, region: string): string =>
  `In ${region} ${modelId} answers through Provisioned Throughput only: put the ARN of yours into inference_profile.`;

export const day = (date: Date): string => date.toISOString().slice(0, 10);
