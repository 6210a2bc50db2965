import { isObject } from "../../core/json.js";

/** What of a trust policy keeps Bedrock from taking a role on for the jobs of a region and account. */
interface TrustFault {
  /** Whether it does so whatever else is there. */
  readonly isCertain: boolean;
  /** The end of a sentence about the policy. */
  readonly what: string;
}

/**
 * Reads the trust policy of a role as far as batch jobs go; `null` where nothing speaks against it. What it says in ways that are
 * not read here is taken to be right.
 */
export const trustFault = (
  trust: unknown,
  { account, region }: { readonly account: string; readonly region: string },
): TrustFault | null => {
  const statements = isObject(trust) ? list(trust.Statement).filter(isObject) : [];
  const letIn = statements.filter((statement) => statement.Effect === "Allow" && isForBedrock(statement));
  if (letIn.length === 0) return { isCertain: true, what: `does not let ${service} take it on` };
  const faults = letIn.map(({ Condition }) => conditionFault(Condition, { account, region }));
  const [first] = faults;
  return first && faults.every((fault) => fault !== null) ? { isCertain: false, what: first } : null;
};

const service = "bedrock.amazonaws.com";

const isForBedrock = ({ Principal, Action, ...rest }: Record<string, unknown>): boolean => {
  if ("NotPrincipal" in rest || "NotAction" in rest) return true;
  const who = isObject(Principal)
    ? [...list(Principal.Service), ...list(Principal.AWS).filter(isAll)]
    : list(Principal);
  return (
    who.some((name) => name === service || isAll(name)) &&
    list(Action).some((action) => matches(String(action).toLowerCase(), "sts:assumerole"))
  );
};

const conditionFault = (
  condition: unknown,
  { account, region }: { readonly account: string; readonly region: string },
): string | null => {
  const jobs = sampleJobs(region, account);
  for (const [operator, keys] of Object.entries(isObject(condition) ? condition : {}))
    for (const [key, value] of Object.entries(isObject(keys) && isPositive.test(operator) ? keys : {})) {
      const values = list(value).map(String);
      const name = key.toLowerCase();
      if (name === "aws:sourceaccount" && !values.some((pattern) => matches(pattern, account)))
        return `asks for another account than ${account} in aws:SourceAccount`;
      const isOfJobs = (pattern: string): boolean => jobs.some((arn) => matches(pattern, arn));
      if (name === "aws:sourcearn" && !values.some(isOfJobs))
        return `asks for something else than jobs of ${region} and this account in aws:SourceArn`;
    }
  return null;
};

/** Conditions that ask for what is in them. */
const isPositive = /^(?:ForAnyValue:)?(?:String|Arn)(?:Equals|Like)(?:IgnoreCase)?(?:IfExists)?$/i;

const sampleJobs = (region: string, account: string): string[] =>
  ["aws", "aws-cn", "aws-us-gov"].map(
    (partition) => `arn:${partition}:bedrock:${region}:${account}:model-invocation-job/0123456789ab`,
  );

/** Whether a pattern of a policy fits a text: `*` and `?` stand for anything. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  ).test(text);

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const isAll = (name: unknown): boolean => name === "*";
