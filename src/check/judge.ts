import { known } from "../bedrock/control-answers.js";
import { invalidConfig } from "../connection/connection.js";
import { ConnectorError } from "../errors.js";
import { familyOf } from "../families/resolve.js";
import type { Job } from "../job.js";
import { residencyProblems } from "../residency-problems.js";
import { refusedAccess } from "./access.js";
import { refusedModelId } from "./model-id.js";
import { refusedModel } from "./model-state.js";
import { offersLike } from "./offers.js";
import { remarksOn } from "./remarks.js";
import { backingOf, type Survey } from "./survey.js";

/** The first thing that stands in the way, by what AWS said; else what is worth knowing. */
export const judge = (survey: Survey, job: Job): ConnectorError | { readonly remarks: readonly string[] } => {
  const now = new Date();
  return (
    refusedCredentials(survey) ??
    wrongPlace(survey, job) ??
    refusedProfile(survey, job) ??
    refusedModelId(survey, job) ??
    refusedModel(survey, job, now) ??
    refusedAccess(survey, job) ?? { remarks: remarksOn(survey, job, now) }
  );
};

const refusedCredentials = ({ caller, backing, model, access }: Survey): ConnectorError | null => {
  for (const answer of [caller, backing, model, access]) if (answer?.is === "refused") return answer.error;
  return null;
};

/** An ARN is of one region; Bedrock of another does not know it. */
const wrongPlace = ({ target }: Survey, { connection }: Job): ConnectorError | null =>
  target.region === null || target.region === connection.region
    ? null
    : new ConnectorError(
        "invalid_model",
        `The ARN is of ${target.region}, and region is ${connection.region}: set region to ${target.region}.`,
      );

const refusedProfile = (survey: Survey, job: Job): ConnectorError | null => {
  const { backing, target, caller } = survey;
  const stranger = target.account !== null && known(caller) !== null && known(caller) !== target.account;
  if (backing?.is === "absent")
    return new ConnectorError(
      "model_not_found",
      stranger ? "The ARN belongs to another account than the credentials." : offersLike(survey, job),
    );
  const found = backingOf(survey);
  if (!found) return null;
  if (found.notReady !== null) return new ConnectorError("model_not_ready", `AWS says ${found.notReady}.`);
  const actual = found.baseModel === null ? null : familyOf(job.connection.api, found.baseModel);
  if (actual && job.family && actual !== job.family)
    return invalidConfig([
      {
        field: "model_id",
        sentence: `names the family ${job.family.name}, but what is called runs ${found.baseModel}, of the family ${actual.name}: set model_id to ${found.baseModel}`,
      },
    ]);
  const problems = residencyProblems(job.connection, { is: "known", value: found });
  return problems.length > 0 ? invalidConfig(problems) : null;
};
