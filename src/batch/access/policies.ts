import { bedrockArn } from "../../bedrock/arn.js";
import type { BatchPlace } from "../../connection/batch-place.js";
import type { Connection } from "../../connection/connection.js";

/** Policies for pasting, as JSON. */
interface Policies {
  /** Who may take on the role that batch jobs work as. */
  readonly trust: string;
  /** What that role may do. */
  readonly access: string;
  /** What the identity that makes the jobs may do. */
  readonly caller: string;
}

/** The policies that batch jobs need, filled in. */
export const policiesFor = (
  { region, modelId }: Pick<Connection, "region" | "modelId">,
  { input, output, kmsKey, roleArn, tags }: BatchPlace,
  account: string | null,
): Policies => {
  const owner = account ?? "ACCOUNT";
  const [, partition = "aws"] = bedrockArn(region, "", "").split(":");
  const buckets = [...new Set([input, output].map((folder) => folder.split("/")[2] ?? ""))];
  const trust = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "bedrock.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": owner },
          ArnEquals: {
            "aws:SourceArn": `arn:${partition}:bedrock:${region}:${owner}:model-invocation-job/*`,
          },
        },
      },
    ],
  };
  const objects = {
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    Resource: buckets.flatMap((name) => [`arn:${partition}:s3:::${name}`, `arn:${partition}:s3:::${name}/*`]),
  };
  const keys =
    kmsKey === null
      ? []
      : [{ Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: kmsKey }];
  const access = {
    Version: "2012-10-17",
    Statement: [
      { ...objects, Condition: { StringEquals: { "aws:ResourceAccount": owner } } },
      // A profile runs its model in several regions.
      {
        Effect: "Allow",
        Action: "bedrock:InvokeModel",
        Resource: [
          modelId.startsWith("arn:")
            ? modelId
            : `arn:${partition}:bedrock:*:${owner}:inference-profile/${modelId}`,
          `arn:${partition}:bedrock:*::foundation-model/*`,
        ],
      },
      ...keys,
    ],
  };
  const caller = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: [
          ...["Create", "Get", "Stop"].map((verb) => `bedrock:${verb}ModelInvocationJob`),
          ...(Object.keys(tags).length > 0 ? ["bedrock:TagResource"] : []),
        ],
        Resource: [
          `arn:${partition}:bedrock:*::foundation-model/*`,
          `arn:${partition}:bedrock:*:${owner}:inference-profile/*`,
          `arn:${partition}:bedrock:${region}:${owner}:model-invocation-job/*`,
        ],
      },
      {
        Effect: "Allow",
        Action: ["bedrock:ListModelInvocationJobs", "servicequotas:ListServiceQuotas"],
        Resource: "*",
      },
      {
        Effect: "Allow",
        Action: ["iam:PassRole", "iam:GetRole", "iam:SimulatePrincipalPolicy"],
        Resource: roleArn,
      },
      objects,
      ...keys,
    ],
  };
  return { trust: JSON.stringify(trust), access: JSON.stringify(access), caller: JSON.stringify(caller) };
};
