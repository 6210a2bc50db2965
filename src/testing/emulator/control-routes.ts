import type { LocalAccount } from "./account.js";
import { authenticate } from "./authenticate.js";
import { type HttpReply, refuse, regionOf, type WireRequest } from "./http-message.js";
import type { Backend } from "./invocation.js";
import { jobOperations } from "./jobs/serve-jobs.js";
import { loggingOperations } from "./logs/serve-logging.js";
import { type Catalog, localAccountId, modelArn, openCatalog } from "./model-catalog.js";
import { count } from "./stats.js";

/** Bedrock's control plane on the same origin: what it answers to a reader. `null` where it is not asked. */
export const controlPlane = (request: WireRequest, backend: Backend): HttpReply | null => {
  const route = findRoute(request);
  if (!route) return null;
  const { operation, id } = route;
  const { account, accounts, profileOnly, stats } = backend;
  count(stats.control_plane, operation);
  if (account.stalled?.includes(operation)) return stalled;
  const refusal = authenticate(request, accounts, account.clockMinutes);
  if (refusal) return refusal;
  const region = regionOf(request);
  if (account.denied?.includes(operation)) return denied(operation, id, account);
  if (isDeed(operation)) return deeds[operation](request, id, backend);
  const answer = answers[operation](openCatalog(account, region, profileOnly), id, account, region);
  return answer
    ? json(answer)
    : refuse(404, "ResourceNotFoundException", absent[operation] ?? "The resource does not exist.");
};

/** For an operation that the account has as `stalled`. */
export const stalled: HttpReply = { status: 200, headers: {}, body: "", delivery: { kind: "stall_headers" } };

type Respond = (catalog: Catalog, id: string, account: LocalAccount, region: string) => object | undefined;

const behind = ({ arns }: LocalAccount, id: string): string | undefined =>
  Object.hasOwn(arns ?? {}, id) ? arns?.[id] : undefined;

const answers = {
  GetFoundationModel: (catalog, id) => wrap("modelDetails", catalog.model(id.replace(foundationModel, ""))),
  ListFoundationModels: (catalog) => ({ modelSummaries: catalog.models() }),
  GetFoundationModelAvailability: (catalog, id) => catalog.availability(id),
  GetInferenceProfile: (catalog, id) => catalog.profile(id),
  ListInferenceProfiles: (catalog) => ({ inferenceProfileSummaries: catalog.profiles() }),
  GetUseCaseForModelAccess: (_catalog, _id, { useCaseForm }) =>
    useCaseForm === false ? undefined : { formData: Buffer.from("{}").toString("base64") },
  GetProvisionedModelThroughput: (_catalog, id, account, region) => {
    const base = behind(account, id);
    return base === undefined
      ? undefined
      : {
          provisionedModelArn: id,
          modelArn: modelArn(region, base),
          foundationModelArn: modelArn(region, base),
          status: "InService",
        };
  },
  GetCustomModelDeployment: (_catalog, id, account) =>
    behind(account, id) === undefined
      ? undefined
      : { customModelDeploymentArn: id, modelArn: id.replace("-deployment/", "/"), status: "Active" },
  GetCustomModel: (_catalog, id, account, region) => {
    const base = behind(account, id.replace(":custom-model/", ":custom-model-deployment/"));
    return base === undefined ? undefined : { modelArn: id, baseModelArn: modelArn(region, base) };
  },
} satisfies Record<string, Respond>;

/** What does more than tell what is there of models. */
const deeds = { ...jobOperations, ...loggingOperations };

type Operation = keyof typeof answers | keyof typeof deeds;

const isDeed = (operation: Operation): operation is keyof typeof deeds => Object.hasOwn(deeds, operation);

const paths: readonly (readonly [RegExp, Operation])[] = [
  [/^GET \/foundation-models\/([^/]+)$/, "GetFoundationModel"],
  [/^GET \/foundation-models$/, "ListFoundationModels"],
  [/^GET \/foundation-model-availability\/([^/]+)$/, "GetFoundationModelAvailability"],
  [/^GET \/inference-profiles\/([^/]+)$/, "GetInferenceProfile"],
  [/^GET \/inference-profiles$/, "ListInferenceProfiles"],
  [/^GET \/use-case-for-model-access$/, "GetUseCaseForModelAccess"],
  [/^GET \/provisioned-model-throughput\/([^/]+)$/, "GetProvisionedModelThroughput"],
  [/^GET \/model-customization\/custom-model-deployments\/([^/]+)$/, "GetCustomModelDeployment"],
  [/^GET \/custom-models\/([^/]+)$/, "GetCustomModel"],
  [/^POST \/model-invocation-job$/, "CreateModelInvocationJob"],
  [/^GET \/model-invocation-job\/([^/]+)$/, "GetModelInvocationJob"],
  [/^GET \/model-invocation-jobs$/, "ListModelInvocationJobs"],
  [/^POST \/model-invocation-job\/([^/]+)\/stop$/, "StopModelInvocationJob"],
  [/^GET \/logging\/modelinvocations$/, "GetModelInvocationLoggingConfiguration"],
  [/^PUT \/logging\/modelinvocations$/, "PutModelInvocationLoggingConfiguration"],
  [/^DELETE \/logging\/modelinvocations$/, "DeleteModelInvocationLoggingConfiguration"],
];

/** The name of the operation that a request to the control plane asks for, if it is one. */
export const controlOperation = (request: WireRequest): string | null =>
  findRoute(request)?.operation ?? null;

const findRoute = ({ method, path }: WireRequest): { operation: Operation; id: string } | undefined => {
  for (const [pattern, operation] of paths) {
    const match = pattern.exec(`${method} ${path}`);
    if (match) return { operation, id: decode(match[1] ?? "") };
  }
  return undefined;
};

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Where the service has words of its own for what is not there. */
const absent: Readonly<Partial<Record<Operation, string>>> = {
  GetFoundationModel: "Could not resolve the foundation model from the provided model identifier.",
  GetUseCaseForModelAccess: "You have not filled out the request form.",
};

const denied = (operation: string, id: string, { id: account = localAccountId }: LocalAccount): HttpReply =>
  refuse(
    403,
    "AccessDeniedException",
    `User: arn:aws:iam::${account}:user/demo is not authorized to perform: bedrock:${operation} on resource: ${id || "*"} because no identity-based policy allows the bedrock:${operation} action`,
  );

const foundationModel = /^arn:aws[\w-]*:bedrock:[^:]*::foundation-model\//;

const wrap = (key: string, value: object | undefined): object | undefined => value && { [key]: value };

const json = (answer: object): HttpReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(answer),
});
