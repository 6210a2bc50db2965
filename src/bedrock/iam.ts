import { tryParseJson } from "../core/json.js";
import type { Decision } from "./control-answers.js";

/** The role of an ARN: its partition, account and name, which stands behind its path. `null` where it is none. */
export const readRoleArn = (arn: string): { partition: string; account: string; name: string } | null => {
  const [, partition, account, name] = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return partition && account && name ? { partition, account, name } : null;
};

/** A question to IAM, in its query form: one IAM for all regions of a partition. */
export const iamQuestion = (partition: string, asked: Readonly<Record<string, string>>) => {
  return {
    ...{ service: "iam", variable: "IAM", ...(homes[partition] ?? homes.aws) },
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: new URLSearchParams({ ...asked, Version: "2010-05-08" }).toString(),
  };
};

const homes: { readonly aws: Home } & Readonly<Record<string, Home>> = {
  aws: { host: "iam.amazonaws.com", fipsHost: "iam-fips.amazonaws.com", region: "us-east-1" },
  "aws-cn": { host: "iam.cn-north-1.amazonaws.com.cn", region: "cn-north-1" },
  "aws-us-gov": { host: "iam.us-gov.amazonaws.com", region: "us-gov-west-1" },
};

interface Home {
  readonly host: string;
  /** Where that is another one. */
  readonly fipsHost?: string;
  readonly region: string;
}

/** The trust policy in an answer to GetRole, read; `undefined` where there is none. */
export const readTrust = (xml: string): unknown => {
  const [, text] = /<AssumeRolePolicyDocument>([^<]*)<\/AssumeRolePolicyDocument>/.exec(xml) ?? [];
  try {
    return text === undefined ? undefined : tryParseJson(decodeURIComponent(text.trim()));
  } catch {
    return undefined;
  }
};

/** IAM's word on one action in an answer to SimulatePrincipalPolicy; `undefined` where there is none. */
export const readDecision = (xml: string): Decision | undefined => {
  const [, decision] = /<EvalDecision>(\w+)<\/EvalDecision>/.exec(xml) ?? [];
  if (decision === undefined || decision === "allowed") return decision;
  // What it was not told of the request may be what a policy asks for.
  return /<MissingContextValues>\s*<member>/.test(xml) ? "unsure" : "denied";
};
