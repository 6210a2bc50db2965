/**
 * The ARN of something of Bedrock, as a policy takes it: `owner` is empty for AWS's own things, `*` for any
 * account.
 */
export const bedrockArn = (region: string, owner: "" | "*", name: string): string =>
  `arn:${partitionOf(region)}:bedrock:${region}:${owner}:${name}`;

const partitionOf = (region: string): string => {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
};

/** An ARN for a policy or a message: account ids are not shown. */
export const withoutAccount = (arn: string, account: string | null): string =>
  account === null ? arn : arn.replace(`:${account}:`, ":*:");
