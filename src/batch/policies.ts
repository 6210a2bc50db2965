import { bedrockArn } from "../bedrock/arn.js";
import type { BatchPlace } from "../connection/batch-place.js";
import type { Connection } from "../connection/connection.js";

/** The policies of the role that batch jobs work as, filled in: who may take it on, and what it may do. JSON, to be pasted. */
export const policiesFor = (
  { region, modelId }: Pick<Connection, "region" | "modelId">,
  { input, output, kmsKey }: BatchPlace,
  account: string | null,
): string => {
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
  const access = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        Resource: buckets.flatMap((name) => [
          `arn:${partition}:s3:::${name}`,
          `arn:${partition}:s3:::${name}/*`,
        ]),
        Condition: { StringEquals: { "aws:ResourceAccount": owner } },
      },
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
      ...(kmsKey === null
        ? []
        : [{ Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: kmsKey }]),
    ],
  };
  return `trust ${JSON.stringify(trust)} access ${JSON.stringify(access)}`;
};
