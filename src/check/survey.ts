import {
  type Access,
  type Answer,
  type Backing,
  type FoundationModel,
  known,
  type Profile,
} from "../bedrock/control-answers.js";
import type { ControlPlane } from "../bedrock/control-plane.js";
import type { Job } from "../job.js";
import { readTarget, type Target } from "../target.js";

/** What AWS answered about one connection. `null` is a question that was not needed. */
export interface Survey {
  readonly target: Target;
  readonly baseModel: string | null;
  readonly caller: Answer<string> | null;
  readonly backing: Answer<Backing> | null;
  readonly model: Answer<FoundationModel> | null;
  readonly access: Answer<Access> | null;
  readonly useCaseForm: Answer<true> | null;
  /** What could be called instead. */
  readonly profiles: Answer<readonly Profile[]> | null;
  readonly models: Answer<readonly FoundationModel[]> | null;
}

/** Asks all that is always of use at once, then, at once again, what only some answers call for. */
export const survey = async (
  plane: ControlPlane,
  { connection, modelFamily, baseModel: base }: Job,
): Promise<Survey> => {
  const target = readTarget(connection.modelId);
  const shared = target.kind === "model" || throughProfile(target);
  const baseModel = target.baseModel ?? base;
  const [caller, backing, model, access] = await Promise.all([
    plane.caller(),
    throughProfile(target) || ownCapacity(target) ? plane.backing(target) : null,
    shared && baseModel ? plane.model(baseModel) : null,
    shared && baseModel ? plane.access(baseModel) : null,
  ]);
  const found = known(model);
  const wantsOther =
    backing?.is === "absent" ||
    found?.legacy ||
    (target.kind === "model" && (model?.is === "absent" || found?.onDemand === false));
  const wantsForm =
    modelFamily?.useCaseForm === true && known(access) && known(access)?.agreement !== "AVAILABLE";
  const [profiles, models, useCaseForm] = await Promise.all([
    wantsOther ? plane.profiles() : null,
    wantsOther ? plane.models(modelFamily?.vector ? "EMBEDDING" : "TEXT") : null,
    wantsForm ? plane.useCaseForm() : null,
  ]);
  return { target, baseModel, caller, backing, model, access, useCaseForm, profiles, models };
};

/** What stands behind the id that is called. A profile whose id begins with a new geography is found in the list only. */
export const backingOf = ({ backing, profiles, target }: Survey): Backing | null =>
  known(backing) ?? known(profiles)?.find(({ id }) => id === target.id) ?? null;

export const throughProfile = ({ kind }: Target): boolean =>
  kind === "system_profile" || kind === "application_profile";

/** Capacity that the account has bought or set up for itself. */
const ownCapacity = ({ kind }: Target): boolean =>
  kind === "provisioned_model" || kind === "custom_deployment";
