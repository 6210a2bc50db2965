import { baseModelId } from "./find-family.js";

/** What the id on the wire names, as far as its text tells. Nothing is looked up. */
export interface ModelId {
  readonly kind: ModelIdKind;
  /** The id of a model or system-defined profile without the ARN around it; else the whole ARN. */
  readonly id: string;
  /** `null` where the ARN hides it, or names something that has none. */
  readonly baseModel: string | null;
  /** Of a system-defined profile: the beginning of its id, such as `us` or `global`. */
  readonly geography: string | null;
  /** What an ARN says of its place and owner. */
  readonly region: string | null;
  readonly account: string | null;
}

type ModelIdKind =
  | "model"
  | "system_profile"
  | "application_profile"
  | "provisioned_model"
  | "custom_deployment"
  | "imported_model"
  /** A prompt, a prompt router, an endpoint of the marketplace. */
  | "other";

export const parseModelId = (modelId: string): ModelId => {
  const [, region = null, account = null, type = "", id = modelId] = bedrockArn.exec(modelId) ?? [];
  const place = { region: region || null, account: account || null };
  if (region !== null && !named.has(type))
    return { kind: hidden[type] ?? "other", id: modelId, baseModel: null, geography: null, ...place };
  const baseModel = baseModelId(id);
  if (baseModel === null || baseModel === id)
    return { kind: "model", id, baseModel, geography: null, ...place };
  return { kind: "system_profile", id, baseModel, geography: id.slice(0, -baseModel.length - 1), ...place };
};

const bedrockArn = /^arn:aws[\w-]*:bedrock:([^:]*):([^:]*):([\w-]+)\/(.+)$/;

const named = new Set(["foundation-model", "inference-profile"]);

const hidden: Readonly<Record<string, ModelIdKind>> = {
  "application-inference-profile": "application_profile",
  "provisioned-model": "provisioned_model",
  "custom-model-deployment": "custom_deployment",
  "imported-model": "imported_model",
};
