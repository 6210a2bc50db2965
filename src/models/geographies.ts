/** The cross-region inference profiles of one part of the world. */
interface Geography {
  /** The regions whose accounts have these profiles. */
  readonly callers: RegExp;
  /** What the regions that they lead to begin with, where that is known. */
  readonly reach?: string;
  /** For the local Bedrock: where calls are worked on. A global profile has a model without a region, as on AWS. */
  readonly to: readonly string[];
}

/** By the first label of a profile's id, the narrower ones first. Source: the user guide's page on inference profiles. */
export const geographies: Readonly<Record<string, Geography>> = {
  "us-gov": { callers: /^us-gov-/, reach: "us-gov-", to: ["us-gov-east-1", "us-gov-west-1"] },
  us: { callers: /^us-(?!gov-)/, reach: "us-", to: ["us-east-1", "us-east-2", "us-west-2"] },
  eu: { callers: /^eu-/, reach: "eu-", to: ["eu-central-1", "eu-west-1", "eu-west-3"] },
  ca: { callers: /^ca-/, to: ["ca-central-1"] },
  jp: { callers: /^ap-northeast-[13]$/, reach: "ap-", to: ["ap-northeast-1", "ap-northeast-3"] },
  au: { callers: /^ap-southeast-[24]$/, reach: "ap-", to: ["ap-southeast-2", "ap-southeast-4"] },
  in: { callers: /^ap-south-/, reach: "ap-", to: ["ap-south-1", "ap-south-2"] },
  apac: { callers: /^ap-/, reach: "ap-", to: ["ap-northeast-1", "ap-southeast-1", "ap-southeast-2"] },
  global: { callers: /^(?!us-gov-)/, to: [""] },
};
