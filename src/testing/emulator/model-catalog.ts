import { baseModelId } from "../../models/find-family.js";
import { geographies } from "../../models/geographies.js";
import { listModels } from "../../models/list-models.js";
import type { LocalAccount } from "./account.js";
import { isKnown, isKnownModel } from "./find-model.js";

/** What the control plane tells of the models and profiles of an account, as objects of its wire. */
export interface Catalog {
  model(id: string): object | undefined;
  models(): readonly object[];
  availability(id: string): object | undefined;
  profile(idOrArn: string): object | undefined;
  profiles(): readonly object[];
}

/** Known models are there, and what the account was told to have; the lists hold those that are not gone. */
export const openCatalog = (
  account: LocalAccount,
  region: string,
  profileOnly: ReadonlySet<string>,
): Catalog => {
  const accountId = account.id ?? localAccountId;
  const stateOf = (id: string) =>
    Object.hasOwn(account.models ?? {}, id) ? account.models?.[id] : undefined;
  const exists = (id: string): boolean =>
    baseModelId(id) === id && stateOf(id)?.offered !== false && isKnownModel(id, account);
  const model = (id: string): object | undefined =>
    exists(id)
      ? {
          modelArn: modelArn(region, id),
          modelId: id,
          providerName: id.split(".")[0],
          inferenceTypesSupported: stateOf(id)?.inferenceTypesSupported ?? [
            profileOnly.has(id) ? "INFERENCE_PROFILE" : "ON_DEMAND",
          ],
          modelLifecycle: stateOf(id)?.modelLifecycle ?? { status: "ACTIVE" },
        }
      : undefined;
  const profile = (idOrArn: string): object | undefined => {
    const application = Object.hasOwn(account.arns ?? {}, idOrArn) ? account.arns?.[idOrArn] : undefined;
    const id = application === undefined ? idOrArn.replace(profileArn(region, accountId), "") : idOrArn;
    const base = baseModelId(application ?? id);
    const regions = application === base ? [region] : regionsOf(application ?? id, account);
    if (!base || !regions) return undefined;
    return {
      inferenceProfileName: id.replace(/[^\w-]/g, " ").slice(0, 64),
      inferenceProfileArn: application ? idOrArn : `${profileArn(region, accountId)}${id}`,
      inferenceProfileId: application ? idOrArn.split("/")[1] : id,
      models: regions.map((at) => ({ modelArn: modelArn(at, base) })),
      status: "ACTIVE",
      type: application ? "APPLICATION" : "SYSTEM_DEFINED",
    };
  };
  return {
    model,
    models: () =>
      [...new Set([...listed().models, ...Object.keys(account.models ?? {})])].flatMap(
        (id) => model(id) ?? [],
      ),
    availability: (id) => {
      if (!exists(id)) return undefined;
      const { agreementAvailability, authorizationStatus, entitlementAvailability, regionAvailability } =
        stateOf(id) ?? {};
      return {
        modelId: id,
        agreementAvailability: agreementAvailability ?? { status: "AVAILABLE" },
        authorizationStatus: authorizationStatus ?? "AUTHORIZED",
        entitlementAvailability: entitlementAvailability ?? "AVAILABLE",
        regionAvailability: regionAvailability ?? "AVAILABLE",
      };
    },
    profile,
    profiles: () =>
      (account.profiles
        ? Object.keys(account.profiles)
        : listed().profiles.filter((id) => geographyOf(id)?.callers.test(region))
      ).flatMap((id) => profile(id) ?? []),
  };
};

export const localAccountId = "123456789012";

export const modelArn = (region: string, id: string): string =>
  `arn:aws:bedrock:${region}::foundation-model/${id}`;
export const profileArn = (region: string, account: string): string =>
  `arn:aws:bedrock:${region}:${account}:inference-profile/`;

const regionsOf = (id: string, { profiles }: LocalAccount): readonly string[] | undefined => {
  if (profiles) return Object.hasOwn(profiles, id) ? profiles[id] : undefined;
  return geographyOf(id)?.to;
};

const geographyOf = (id: string): (typeof geographies)[string] | undefined => {
  const base = baseModelId(id);
  if (!base || base === id || !isKnown(id, base, {})) return undefined;
  return geographies[id.slice(0, -base.length - 1)];
};

let kept: { models: string[]; profiles: string[] } | undefined;

const listed = (): { models: string[]; profiles: string[] } => {
  if (kept) return kept;
  const proven = listModels().filter(({ family, lifecycle }) => family !== null && lifecycle !== "gone");
  kept = {
    models: proven.map(({ modelId }) => modelId),
    profiles: proven.flatMap(({ inferenceProfiles }) => inferenceProfiles),
  };
  return kept;
};
