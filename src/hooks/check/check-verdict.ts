import { known } from "../../bedrock/control-answers.js";
import { invalidConfig } from "../../connection/connection.js";
import { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import { residencyProblems } from "../../enrich/plan-problems.js";
import { familyOf } from "../../models/find-family.js";
import { refusedAccess } from "./access.js";
import { alternativesLike } from "./alternatives.js";
import { type AwsAnswers, resolvedModelOf } from "./ask-aws.js";
import { remarksOn } from "./check-remarks.js";
import { refusedModel } from "./model-state.js";
import { refusedModelId } from "./wrong-model-id.js";

/** The first thing that stands in the way, by what AWS said; else what is worth knowing. */
export const verdictOf = (
  answers: AwsAnswers,
  plan: Plan,
): ConnectorError | { readonly remarks: readonly string[] } => {
  const now = new Date();
  return (
    refusedCredentials(answers) ??
    answers.unreachedRuntime ??
    wrongPlace(answers, plan) ??
    refusedProfile(answers, plan) ??
    refusedModelId(answers, plan) ??
    refusedModel(answers, plan, now) ??
    refusedAccess(answers, plan) ?? { remarks: remarksOn(answers, plan, now) }
  );
};

const refusedCredentials = ({ caller, resolvedModel, model, access }: AwsAnswers): ConnectorError | null => {
  for (const answer of [caller, resolvedModel, model, access])
    if (answer?.is === "refused") return answer.error;
  return null;
};

/** An ARN is of one region; Bedrock of another does not know it. */
const wrongPlace = ({ called }: AwsAnswers, { connection }: Plan): ConnectorError | null =>
  called.region === null || called.region === connection.region
    ? null
    : new ConnectorError(
        "invalid_model",
        `The ARN is of ${called.region}, and region is ${connection.region}: set region to ${called.region}.`,
      );

const refusedProfile = (answers: AwsAnswers, plan: Plan): ConnectorError | null => {
  const { resolvedModel, called, caller } = answers;
  const stranger = called.account !== null && known(caller) !== null && known(caller) !== called.account;
  if (resolvedModel?.is === "absent")
    return new ConnectorError(
      "model_not_found",
      stranger ? "The ARN belongs to another account than the credentials." : alternativesLike(answers, plan),
    );
  const found = resolvedModelOf(answers);
  if (!found) return null;
  if (found.notReady !== null) return new ConnectorError("model_not_ready", `AWS says ${found.notReady}.`);
  const actual = found.baseModel === null ? null : familyOf(plan.connection.api, found.baseModel);
  if (actual && plan.family && actual !== plan.family)
    return invalidConfig([
      {
        field: "model_id",
        sentence: `names the family ${plan.family.name}, but what is called runs ${found.baseModel}, of the family ${actual.name}: set model_id to ${found.baseModel}`,
      },
    ]);
  const problems = residencyProblems(plan.connection, { is: "known", value: found });
  return problems.length > 0 ? invalidConfig(problems) : null;
};
