import type { FoundationModelDetails, FoundationModelSummary } from "@aws-sdk/client-bedrock";
import type { FoundationModel } from "./control-answers.js";

/** A model that names no way to be called is taken for one that can be called. */
export const toFoundationModel = ({
  modelId = "",
  inferenceTypesSupported: types = [],
  modelLifecycle: lifecycle,
}: FoundationModelDetails | FoundationModelSummary): FoundationModel => ({
  modelId,
  onDemand: types.length === 0 || types.includes("ON_DEMAND"),
  // The service says it, though the SDK's enumeration does not.
  throughProfiles: (types as readonly string[]).includes("INFERENCE_PROFILE"),
  legacy: lifecycle?.status === "LEGACY",
  launched: lifecycle?.startOfLifeTime ?? null,
  legacySince: lifecycle?.legacyTime ?? null,
  extendedSince: lifecycle?.publicExtendedAccessTime ?? null,
  endOfLife: lifecycle?.endOfLifeTime ?? null,
});
