import { tryParseJson } from "../../../core/json.js";
import { listModels } from "../../../models/list-models.js";
import { hasDoor } from "../../../models/model-facts.js";
import { stalled } from "../control-routes.js";
import { type HttpReply, refuse, regionOf, type WireRequest } from "../http-message.js";
import type { Backend } from "../invocation.js";
import { localAccountId } from "../model-catalog.js";
import { checkSignature } from "../sigv4.js";
import { count } from "../stats.js";
import { type JobRules, limitsOf } from "./job-rules.js";

/** The name of the operation that a request asks Service Quotas for, if it is one. */
export const quotasOperation = ({ method, path, headers }: WireRequest): string | null =>
  (method === "POST" &&
    path === "/" &&
    /^ServiceQuotasV20190624\.(\w+)$/.exec(`${headers["x-amz-target"]}`)?.[1]) ||
  null;

/**
 * ListServiceQuotas of Service Quotas, page by page: the account's rules for batch jobs, of every model that has them. `null`
 * where another service is asked.
 */
export const serveQuotas = (
  request: WireRequest,
  { account, accounts, stats }: Backend,
): HttpReply | null => {
  const operation = quotasOperation(request);
  if (operation === null) return null;
  count(stats.control_plane, operation);
  if (account.stalled?.includes(operation)) return stalled;
  const refusal = checkSignature(request, "servicequotas", accounts, account.clockMinutes);
  if (refusal) return refusal;
  const { id = localAccountId } = account;
  if (account.denied?.includes(operation))
    return refuse(
      400,
      "AccessDeniedException",
      `User: arn:aws:iam::${id}:user/demo is not authorized to perform: servicequotas:${operation} with an explicit deny in an identity-based policy`,
    );
  const asked = tryParseJson(request.body.toString()) as Record<string, unknown> | undefined;
  const { ServiceCode, MaxResults, NextToken } = asked ?? {};
  if (operation !== "ListServiceQuotas" || ServiceCode !== "bedrock")
    return refuse(
      400,
      "NoSuchResourceException",
      "The request failed because the specified service does not exist.",
    );
  const quotas = quotasOf(account.batch ?? {});
  const start = Number(NextToken ?? 0);
  const end = start + (Number(MaxResults) || 100);
  const page = {
    Quotas: quotas.slice(start, end).map(([QuotaName, Value], index) => ({
      ...{ ServiceCode: "bedrock", ServiceName: "Amazon Bedrock", QuotaName, Value },
      ...{ QuotaCode: `L-${(start + index).toString(16).padStart(8, "0").toUpperCase()}` },
      ...{ Unit: "None", Adjustable: true, GlobalQuota: false },
      QuotaArn: `arn:aws:servicequotas:${regionOf(request)}:${id}:bedrock/quota`,
    })),
    ...(end < quotas.length && { NextToken: String(end) }),
  };
  return {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(page),
  };
};

/** As a real account lists them: by name, with the name of the model in it. */
const quotasOf = (rules: JobRules): (readonly [name: string, value: number])[] => {
  const { min_records, max_records, max_file_bytes, max_job_bytes, max_jobs } = limitsOf(rules);
  return listModels()
    .filter(({ modelId }) => hasDoor("batch", modelId))
    .flatMap(({ name }) => [
      [`Batch inference input file size (in GB) for ${name}`, max_file_bytes / 1e9] as const,
      [`Batch inference job size (in GB) for ${name}`, max_job_bytes / 1e9] as const,
      [`Minimum number of records per batch inference job for ${name}`, min_records] as const,
      [`Records per batch inference job for ${name}`, max_records] as const,
      [`Records per input file per batch inference job for ${name}`, max_records] as const,
      [
        `Sum of in-progress and submitted batch inference jobs using a base model for ${name}`,
        max_jobs,
      ] as const,
    ])
    .sort(([one], [other]) => (one < other ? -1 : 1));
};
