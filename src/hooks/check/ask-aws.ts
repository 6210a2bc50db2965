import {
  type Access,
  type ControlAnswer,
  type FoundationModel,
  known,
  type Logging,
  type Profile,
  type Quota,
  type ResolvedModel,
} from "../../bedrock/control-answers.js";
import type { ControlPlane } from "../../bedrock/control-plane.js";
import type { ConnectorError } from "../../core/errors.js";
import type { Plan } from "../../enrich/plan.js";
import { type ModelId, parseModelId } from "../../models/model-id.js";
import { askRole, type RoleAnswers } from "./check-role.js";

/** What AWS answered about one connection. `null` is a question that was not needed. */
export interface AwsAnswers {
  readonly called: ModelId;
  readonly baseModel: string | null;
  readonly caller: ControlAnswer<string> | null;
  readonly resolvedModel: ControlAnswer<ResolvedModel> | null;
  readonly model: ControlAnswer<FoundationModel> | null;
  readonly access: ControlAnswer<Access> | null;
  readonly useCaseForm: ControlAnswer<true> | null;
  /** What could be called instead. */
  readonly profiles: ControlAnswer<readonly Profile[]> | null;
  readonly models: ControlAnswer<readonly FoundationModel[]> | null;
  /** Where the account logs calls, which then carry a key. */
  readonly logging: ControlAnswer<Logging> | null;
  /** Whether its batch jobs may be listed, what they are held to, and the role that they work as. */
  readonly jobs: ControlAnswer<true> | null;
  readonly quotas: ControlAnswer<readonly Quota[]> | null;
  readonly role: RoleAnswers | null;
  /** Why no call gets to where models are called; `null` where nothing speaks for that. */
  readonly unreachedRuntime: ConnectorError | null;
}

/** Asks all that is always of use at once, then, at once again, what only some answers call for. */
export const askAws = async (
  plane: ControlPlane,
  { connection, modelFamily, baseModel: base }: Plan,
): Promise<AwsAnswers> => {
  const called = parseModelId(connection.modelId);
  const shared = called.kind === "model" || throughProfile(called);
  const baseModel = called.baseModel ?? base;
  const { requestMetadata, delivery, batch } = connection;
  const place = delivery === "now" ? null : batch;
  const [caller, resolvedModel, model, access, logging, jobs, quotas, role] = await Promise.all([
    plane.caller(),
    throughProfile(called) || ownCapacity(called) ? plane.resolvedModel(called) : null,
    shared && baseModel ? plane.model(baseModel) : null,
    shared && baseModel ? plane.access(baseModel) : null,
    requestMetadata === "call" ? plane.logging() : null,
    place ? plane.jobs() : null,
    place ? plane.quotas() : null,
    place ? askRole(plane, place) : null,
  ]);
  const found = known(model);
  const wantsOther =
    resolvedModel?.is === "absent" ||
    found?.legacy ||
    (called.kind === "model" && (model?.is === "absent" || found?.onDemand === false));
  const wantsForm =
    modelFamily?.useCaseForm === true && known(access) && known(access)?.agreement !== "AVAILABLE";
  const [profiles, models, useCaseForm, unreachedRuntime] = await Promise.all([
    wantsOther ? plane.profiles() : null,
    wantsOther ? plane.models(modelFamily?.vector ? "EMBEDDING" : "TEXT") : null,
    wantsForm ? plane.useCaseForm() : null,
    isCutOff(resolvedModel, model, access) || (!shared && isCutOff(caller)) ? plane.unreachedRuntime() : null,
  ]);
  const standing = { caller, resolvedModel, model, access, useCaseForm, logging, jobs, quotas, role };
  return { called, baseModel, ...standing, profiles, models, unreachedRuntime };
};

/** Whether no question that was put got through. What calls models may be reached all the same, and else no run begins. */
const isCutOff = (...answers: readonly (ControlAnswer<unknown> | null)[]): boolean => {
  const asked = answers.filter((answer) => answer !== null);
  return asked.length > 0 && asked.every((answer) => answer.is === "unasked" && answer.unreached === true);
};

/**
 * What stands behind the id that is called. A profile whose id begins with a new geography is found in the list
 * only.
 */
export const resolvedModelOf = ({ resolvedModel, profiles, called }: AwsAnswers): ResolvedModel | null =>
  known(resolvedModel) ?? known(profiles)?.find(({ id }) => id === called.id) ?? null;

const throughProfile = ({ kind }: ModelId): boolean =>
  kind === "system_profile" || kind === "application_profile";

/** Capacity that the account has bought or set up for itself. */
const ownCapacity = ({ kind }: ModelId): boolean =>
  kind === "provisioned_model" || kind === "custom_deployment";
