import { known } from "../../bedrock/control-answers.js";
import { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import type { AwsAnswers } from "./ask-aws.js";

/** Why the account may not use the model, if it may not. An agreement that is missing alone is no obstacle. */
export const refusedAccess = (
  { access, baseModel, called, useCaseForm }: AwsAnswers,
  { connection: { region } }: Plan,
): ConnectorError | null => {
  const standing = known(access);
  if (!standing) return null;
  if (called.kind === "model" && !standing.inRegion)
    return new ConnectorError("invalid_model", `AWS does not offer ${baseModel} in ${region}.`);
  if (!standing.authorized || !standing.entitled)
    return new ConnectorError(
      "model_access_denied",
      `AWS says of ${baseModel} in ${region}: ${standing.authorized ? "entitlement NOT_AVAILABLE" : "NOT_AUTHORIZED"}.`,
    );
  // The form of an organization may stand in for the account's; where it does, there is an agreement.
  if (useCaseForm?.is === "absent" && standing.agreement !== "AVAILABLE")
    return new ConnectorError("use_case_form_missing", formHelp);
  return null;
};

const formHelp =
  "Open a model of this provider in the console's model catalog, or call PutUseCaseForModelAccess; once is enough for all of them.";
