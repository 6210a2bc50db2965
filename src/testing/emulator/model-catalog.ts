import { baseModelId, resolveFamily } from "../../models/find-family.js";
import { listModels } from "../../models/list-models.js";
import type { LocalAccount } from "./account.js";

/** What the control plane tells of the models and profiles of an account, as objects of its wire. */
export interface Catalog {
  model(id: string): object | undefined;
  models(): readonly object[];
  availability(id: string): object | undefined;
  profile(idOrArn: string): object | undefined;
  profiles(): readonly object[];
}

/** Every id of a known family is a model here, since new ones appear all the time; the lists hold those known to be and not gone. */
export const openCatalog = (
  account: LocalAccount,
  region: string,
  profileOnly: ReadonlySet<string>,
): Catalog => {
  const accountId = account.id ?? localAccountId;
  const stateOf = (id: string) =>
    Object.hasOwn(account.models ?? {}, id) ? account.models?.[id] : undefined;
  const exists = (id: string): boolean =>
    baseModelId(id) === id && stateOf(id)?.offered !== false && (resolveFamily(id) !== null || !!stateOf(id));
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
        : listed().profiles.filter((id) => geographyOf(id)?.from.test(region))
      ).flatMap((id) => profile(id) ?? []),
  };
};

export const localAccountId = "123456789012";

export const modelArn = (region: string, id: string): string =>
  `arn:aws:bedrock:${region}::foundation-model/${id}`;
const profileArn = (region: string, account: string): string =>
  `arn:aws:bedrock:${region}:${account}:inference-profile/`;

const regionsOf = (id: string, { profiles }: LocalAccount): readonly string[] | undefined => {
  if (profiles) return Object.hasOwn(profiles, id) ? profiles[id] : undefined;
  return geographyOf(id)?.to;
};

const geographyOf = (id: string): Geography | undefined => {
  const base = baseModelId(id);
  if (!base || base === id || !resolveFamily(base)) return undefined;
  return geographies[id.slice(0, -base.length - 1)];
};

interface Geography {
  /** The regions whose lists have its profiles. */
  readonly from: RegExp;
  /** Where calls are worked on. A global profile has a model without a region, as on AWS. */
  readonly to: readonly string[];
}

const geographies: Readonly<Record<string, Geography>> = {
  us: { from: /^us-(?!gov-)/, to: ["us-east-1", "us-east-2", "us-west-2"] },
  eu: { from: /^eu-/, to: ["eu-central-1", "eu-west-1", "eu-west-3"] },
  apac: { from: /^ap-/, to: ["ap-northeast-1", "ap-southeast-1", "ap-southeast-2"] },
  au: { from: /^ap-southeast-[24]$/, to: ["ap-southeast-2", "ap-southeast-4"] },
  jp: { from: /^ap-northeast-[13]$/, to: ["ap-northeast-1", "ap-northeast-3"] },
  in: { from: /^ap-south-/, to: ["ap-south-1", "ap-south-2"] },
  ca: { from: /^ca-/, to: ["ca-central-1"] },
  "us-gov": { from: /^us-gov-/, to: ["us-gov-east-1", "us-gov-west-1"] },
  global: { from: /^(?!us-gov-)/, to: [""] },
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
