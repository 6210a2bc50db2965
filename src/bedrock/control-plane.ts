import { setMaxListeners } from "node:events";
import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  type GetFoundationModelAvailabilityResponse,
  GetFoundationModelCommand,
  GetModelInvocationLoggingConfigurationCommand,
  GetUseCaseForModelAccessCommand,
  ListFoundationModelsCommand,
  ListModelInvocationJobsCommand,
  type LoggingConfig,
  paginateListInferenceProfiles,
} from "@aws-sdk/client-bedrock";
import type { Connection } from "../connection/connection.js";
import type { ConnectorError } from "../core/errors.js";
import type { ModelId } from "../models/model-id.js";
import { bedrockArn } from "./arn.js";
import { askService } from "./ask-service.js";
import { askCaller } from "./caller.js";
import { secretsOf, signing, usesApiKey } from "./client.js";
import type {
  Access,
  ControlAnswer,
  Decision,
  FoundationModel,
  Logging,
  Profile,
  Quota,
  ResolvedModel,
} from "./control-answers.js";
import { type ControlQuery, createControlQuery } from "./control-query.js";
import { toFoundationModel } from "./foundation-model.js";
import { iamQuestion, readDecision, readRoleArn, readTrust } from "./iam.js";
import { reachRuntime } from "./reach-runtime.js";
import { redact } from "./redact.js";
import { missingCredentials } from "./refreshing-client.js";
import { askResolvedModel, toProfile } from "./resolved-model.js";
import { throwServiceErrors } from "./service-error.js";
import { listQuotas, quotasQuestion } from "./service-quotas.js";
import { createTransport } from "./transport.js";

/**
 * The questions about an account and its models that cost nothing. No promise rejects, and all have ended by the
 * deadline that it was opened with.
 */
export interface ControlPlane {
  /** Why there are no credentials to query with; `null` when there are. */
  missingCredentials(): Promise<ConnectorError | null>;
  /** The account that the credentials belong to; `null` for an API key, which STS does not take. */
  caller(): Promise<ControlAnswer<string>> | null;
  model(id: string): Promise<ControlAnswer<FoundationModel>>;
  /** Those that answer with text, or with vectors. */
  models(answers: "TEXT" | "EMBEDDING"): Promise<ControlAnswer<readonly FoundationModel[]>>;
  access(id: string): Promise<ControlAnswer<Access>>;
  /** `absent` where the account never handed in a use case form. */
  useCaseForm(): Promise<ControlAnswer<true>>;
  /** Where the account keeps logs of the region's calls. */
  logging(): Promise<ControlAnswer<Logging>>;
  /** The quotas of Bedrock that hold for the account in the region. */
  quotas(): Promise<ControlAnswer<readonly Quota[]>>;
  /** Whether the batch jobs of the region may be listed. */
  jobs(): Promise<ControlAnswer<true>>;
  /** The trust policy of a role: who may take it on. */
  trustOf(roleArn: string): Promise<ControlAnswer<unknown>>;
  /** Whether the policies of a role let it do something with something of its own account. */
  mayRole(roleArn: string, action: string, resourceArn: string): Promise<ControlAnswer<Decision>>;
  /** The system-defined profiles of the region. */
  profiles(): Promise<ControlAnswer<readonly Profile[]>>;
  /** What stands behind a profile or an ARN that hides its model. */
  resolvedModel(modelId: ModelId): Promise<ControlAnswer<ResolvedModel>>;
  /** Why no call gets to where models are called, which may be elsewhere; `null` where one does or it is not certain. */
  unreachedRuntime(): Promise<ConnectorError | null>;
  close(): void;
}

export const openControlPlane = (connection: Connection, deadlineMs: number): ControlPlane => {
  const { region, endpoint } = connection;
  const startedAt = performance.now();
  const deadline = new AbortController();
  // All questions that are open heed it.
  setMaxListeners(0, deadline.signal);
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  const toSts = createTransport(1, deadlineMs, connectMs);
  const client = new BedrockClient({
    region,
    ...(endpoint && { endpoint }),
    maxAttempts: 1,
    requestHandler: createTransport(openAtOnce, deadlineMs, connectMs),
    ...signing(connection, toSts),
  });
  throwServiceErrors(client.middlewareStack);
  const query: ControlQuery = createControlQuery(secretsOf(connection));
  const options = { abortSignal: deadline.signal };
  /** A question to another service than Bedrock, which takes signatures alone. */
  const beside: ControlQuery = async (...question) =>
    usesApiKey(connection) ? { is: "unasked", why: "an API key opens Bedrock alone" } : query(...question);

  return {
    missingCredentials: () =>
      missingCredentials(client, connection, deadlineMs - (performance.now() - startedAt)),
    caller: () => (usesApiKey(connection) ? null : askCaller(connection, client, options)),
    model: (id) =>
      query("bedrock:GetFoundationModel", bedrockArn(region, "", `foundation-model/${id}`), async () => {
        const { modelDetails } = await client.send(
          new GetFoundationModelCommand({ modelIdentifier: id }),
          options,
        );
        return modelDetails && toFoundationModel(modelDetails);
      }),
    models: (byOutputModality) =>
      query("bedrock:ListFoundationModels", "*", async () => {
        const { modelSummaries } = await client.send(
          new ListFoundationModelsCommand({ byOutputModality }),
          options,
        );
        return modelSummaries?.map(toFoundationModel);
      }),
    access: (id) =>
      query("bedrock:GetFoundationModelAvailability", "*", async () => {
        const answer = await client.send(new GetFoundationModelAvailabilityCommand({ modelId: id }), options);
        return answer.authorizationStatus && toAccess(answer);
      }),
    useCaseForm: () =>
      query("bedrock:GetUseCaseForModelAccess", "*", async () => {
        const { formData } = await client.send(new GetUseCaseForModelAccessCommand({}), options);
        return formData && (true as const);
      }),
    logging: () =>
      query("bedrock:GetModelInvocationLoggingConfiguration", "*", async () => {
        const { loggingConfig } = await client.send(
          new GetModelInvocationLoggingConfigurationCommand({}),
          options,
        );
        return toLogging(loggingConfig);
      }),
    quotas: () =>
      beside("servicequotas:ListServiceQuotas", "*", () =>
        listQuotas(
          (body) => askService(client, connection, { ...quotasQuestion, region, body }, options),
          deadline.signal,
        ),
      ),
    jobs: () =>
      query("bedrock:ListModelInvocationJobs", "*", async () => {
        const asked = new ListModelInvocationJobsCommand({ maxResults: 1 });
        return (await client.send(asked, options)).invocationJobSummaries && (true as const);
      }),
    trustOf: (role) =>
      beside("iam:GetRole", role, async () => {
        const { partition, name } = readRoleArn(role) ?? { partition: "", name: role };
        const asked = iamQuestion(partition, { Action: "GetRole", RoleName: name });
        return readTrust(await askService(client, connection, asked, options));
      }),
    mayRole: (role, action, resource) =>
      beside("iam:SimulatePrincipalPolicy", role, async () => {
        const account = readRoleArn(role)?.account ?? "";
        const asked = iamQuestion(readRoleArn(role)?.partition ?? "", {
          ...{ Action: "SimulatePrincipalPolicy", PolicySourceArn: role },
          ...{ "ActionNames.member.1": action, "ResourceArns.member.1": resource },
          "ContextEntries.member.1.ContextKeyName": "aws:ResourceAccount",
          "ContextEntries.member.1.ContextKeyType": "string",
          "ContextEntries.member.1.ContextKeyValues.member.1": account,
        });
        return readDecision(await askService(client, connection, asked, options));
      }),
    profiles: () =>
      query("bedrock:ListInferenceProfiles", "*", async () => {
        const found: Profile[] = [];
        const pages = paginateListInferenceProfiles({ client }, { typeEquals: "SYSTEM_DEFINED" }, options);
        for await (const { inferenceProfileSummaries } of pages) {
          if (!inferenceProfileSummaries) return undefined;
          found.push(...inferenceProfileSummaries.map(toProfile));
        }
        return found;
      }),
    resolvedModel: (modelId) => askResolvedModel(client, query, modelId, connection.region, options),
    unreachedRuntime: () => reachRuntime(connection, { deadlineMs, connectMs, ...options }),
    close: () => {
      clearTimeout(timer);
      client.destroy();
      // An unanswered question for credentials would keep the process alive.
      toSts.destroy?.();
    },
  };
};

/** Questions are few, and a network that lets none through is to be found out soon. */
const openAtOnce = 10;
const connectMs = 3_000;

const toAccess = (answer: GetFoundationModelAvailabilityResponse): Access => ({
  agreement: answer.agreementAvailability?.status ?? null,
  agreementError: redact(answer.agreementAvailability?.errorMessage ?? "", []) || null,
  authorized: answer.authorizationStatus !== "NOT_AUTHORIZED",
  entitled: answer.entitlementAvailability !== "NOT_AVAILABLE",
  inRegion: answer.regionAvailability !== "NOT_AVAILABLE",
});

const toLogging = ({
  s3Config,
  cloudWatchConfig,
  textDataDeliveryEnabled,
}: Partial<LoggingConfig> = {}): Logging => {
  const { bucketName, keyPrefix = "" } = s3Config ?? {};
  const prefix = keyPrefix.replace(/\/+$/, "");
  return {
    s3: bucketName ? `s3://${bucketName}/${prefix && `${prefix}/`}` : null,
    logGroup: cloudWatchConfig?.logGroupName ?? null,
    holdsText: textDataDeliveryEnabled !== false,
  };
};
