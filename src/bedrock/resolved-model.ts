import {
  type BedrockClient,
  GetCustomModelCommand,
  GetCustomModelDeploymentCommand,
  GetInferenceProfileCommand,
  GetProvisionedModelThroughputCommand,
  type InferenceProfileSummary,
} from "@aws-sdk/client-bedrock";
import { baseModelId } from "../models/find-family.js";
import type { ModelId } from "../models/model-id.js";
import { bedrockArn, withoutAccount } from "./arn.js";
import type { ControlAnswer, Profile, ResolvedModel } from "./control-answers.js";
import type { ControlQuery } from "./control-query.js";

/** Asks what stands behind a profile, provisioned throughput or the deployment of a custom model. */
export const askResolvedModel = (
  client: BedrockClient,
  query: ControlQuery,
  { kind, id, account }: ModelId,
  region: string,
  options: { readonly abortSignal: AbortSignal },
): Promise<ControlAnswer<ResolvedModel>> => {
  switch (kind) {
    case "system_profile":
    case "application_profile": {
      const arn = id.startsWith("arn:") ? id : bedrockArn(region, "*", `inference-profile/${id}`);
      return query("bedrock:GetInferenceProfile", withoutAccount(arn, account), async () => {
        const profile = await client.send(
          new GetInferenceProfileCommand({ inferenceProfileIdentifier: id }),
          options,
        );
        return profile.models && toProfile(profile);
      });
    }
    case "provisioned_model":
      return query("bedrock:GetProvisionedModelThroughput", withoutAccount(id, account), async () => {
        const { foundationModelArn, status } = await client.send(
          new GetProvisionedModelThroughputCommand({ provisionedModelId: id }),
          options,
        );
        if (!foundationModelArn) return undefined;
        // One that is being updated still answers.
        const ready = status === "InService" || status === "Updating";
        return {
          baseModel: baseModelId(foundationModelArn),
          regions: [region],
          notReady: ready ? null : `${status}`,
        };
      });
    case "custom_deployment":
      return askCustom(client, query, id, account, region, options);
    default:
      return Promise.resolve({ is: "unasked", why: "AWS does not name the base model of such an ARN" });
  }
};

/** A deployment names the custom model, which names its base model. */
const askCustom = async (
  client: BedrockClient,
  query: ControlQuery,
  id: string,
  account: string | null,
  region: string,
  options: { readonly abortSignal: AbortSignal },
): Promise<ControlAnswer<ResolvedModel>> => {
  const deployment = await query(
    "bedrock:GetCustomModelDeployment",
    withoutAccount(id, account),
    async () => {
      const { modelArn, status } = await client.send(
        new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: id }),
        options,
      );
      return modelArn === undefined ? undefined : { modelArn, status };
    },
  );
  if (deployment.is !== "known") return deployment;
  const { modelArn, status } = deployment.value;
  return query("bedrock:GetCustomModel", withoutAccount(modelArn, account), async () => {
    const { baseModelArn } = await client.send(
      new GetCustomModelCommand({ modelIdentifier: modelArn }),
      options,
    );
    return {
      baseModel: baseModelArn === undefined ? null : baseModelId(baseModelArn),
      regions: [region],
      notReady: status === "Active" ? null : `${status}`,
    };
  });
};

/** The models of a profile are one model in each of its regions; a global profile has one ARN without a region. */
export const toProfile = ({
  inferenceProfileId = "",
  models = [],
}: Partial<Pick<InferenceProfileSummary, "inferenceProfileId" | "models">>): Profile => {
  const arns = models.map(({ modelArn = "" }) => modelArn);
  return {
    id: inferenceProfileId,
    baseModel: baseModelId(arns[0] ?? "arn:"),
    regions: [...new Set(arns.map((arn) => arn.split(":")[3] ?? ""))],
    notReady: null,
  };
};
