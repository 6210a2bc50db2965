import {
  BedrockClient,
  type BedrockClientConfig,
  CreateModelInvocationJobCommand,
  GetModelInvocationJobCommand,
  type ModelInvocationJobSummary,
  paginateListModelInvocationJobs,
  StopModelInvocationJobCommand,
} from "@aws-sdk/client-bedrock";
import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import { callFailure } from "./call-failure.js";
import { secretsOf, signing } from "./client.js";
import { redact } from "./redact.js";
import { missingCredentials } from "./refreshing-client.js";
import { ServiceError, throwServiceErrors } from "./service-error.js";
import { createTransport } from "./transport.js";

/** What the service says of a batch inference job. */
export interface JobState {
  readonly arn: string;
  /** The service's word, such as `InProgress`. */
  readonly status: string;
  readonly message: string | null;
  /** Records worked on so far, and all of them; `null` where the service does not say. */
  readonly processed: number | null;
  readonly total: number | null;
}

interface NewJob {
  readonly name: string;
  /** The same for every try to make this job. */
  readonly token: string;
  readonly modelId: string;
  readonly roleArn: string;
  readonly converse: boolean;
  /** Folders, `s3://bucket/…/`. */
  readonly input: string;
  readonly output: string;
  readonly kmsKey: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** After so many hours it ends, begun or not: 24 to 168. */
  readonly hours: number;
}

/**
 * Batch inference jobs of an account and region. Every promise rejects with a ConnectorError; its `billed` says whether the
 * service may have done what it was asked.
 */
export interface Jobs {
  /** The job's ARN; `null` where the service knows the token already and does not say whose it is. */
  create(job: NewJob): Promise<string | null>;
  /** `null` where the service has no such job. */
  get(arn: string): Promise<JobState | null>;
  /** The job that was made with a name and token; `null` where the list has none. */
  find(name: string, token: string): Promise<JobState | null>;
  /** Of one that has ended, or is not there, it changes nothing. */
  stop(arn: string): Promise<void>;
  close(): void;
}

export const openJobs = (connection: Connection): Jobs => {
  const client = createJobsClient(connection);
  /** What the service answers; `null` where it answers with one of some errors. */
  const ask = async <Answer>(send: () => Promise<Answer>, ...asNull: string[]): Promise<Answer | null> => {
    const missing = await missingCredentials(client, connection);
    if (missing) throw missing;
    const failed = (thrown: unknown): ConnectorError => {
      const error = callFailure(thrown, (words) => redact(words, secretsOf(connection)));
      // What no service of AWS wrote does not say that Bedrock has seen nothing.
      if (!(thrown instanceof ServiceError) || thrown.isJson) return error;
      return new ConnectorError(error.code, error.detail, { billed: "unknown" });
    };
    const once = (): Promise<Answer | null> =>
      send().catch((thrown: unknown) => {
        if (thrown instanceof ServiceError && thrown.isJson && asNull.includes(thrown.name)) return null;
        throw failed(thrown);
      });
    return once().catch((error: ConnectorError) => {
      // The SDK has learned the clock of the far side from the refusal, which came before any work.
      if (error.code !== "clock_differs") throw error;
      return once();
    });
  };
  return {
    create: (job) =>
      ask(async () => {
        const { jobArn } = await client.send(new CreateModelInvocationJobCommand(toInput(job)));
        return jobArn ?? null;
      }, "ConflictException"),
    get: (jobIdentifier) =>
      ask(
        async () => toState(await client.send(new GetModelInvocationJobCommand({ jobIdentifier }))),
        "ResourceNotFoundException",
      ),
    find: (nameContains, token) =>
      ask(async () => {
        const asked = { nameContains, maxResults: 100 };
        // A list may leave the token out; the name holds it.
        for await (const page of paginateListModelInvocationJobs({ client }, asked))
          for (const summary of page.invocationJobSummaries ?? [])
            if (summary.jobName === nameContains && (summary.clientRequestToken ?? token) === token)
              return toState(summary);
        return null;
      }),
    async stop(jobIdentifier) {
      const send = () => client.send(new StopModelInvocationJobCommand({ jobIdentifier }));
      await ask(send, "ConflictException", "ResourceNotFoundException", "ValidationException");
    },
    close: () => client.destroy(),
  };
};

const createJobsClient = (connection: Connection): BedrockClient => {
  const client = new BedrockClient({
    region: connection.region,
    ...controlEndpoint(connection),
    maxAttempts: 1,
    requestHandler: createTransport(4, answerMs),
    ...signing(connection),
  });
  throwServiceErrors(client.middlewareStack);
  return client;
};

/** Jobs are asked for at the control plane, which no endpoint of the runtime leads to. */
const controlEndpoint = ({ endpoint }: Connection): Pick<BedrockClientConfig, "endpoint"> =>
  endpoint === null || /bedrock-runtime[^/]*\.amazonaws\.com/i.test(endpoint) ? {} : { endpoint };

/** No answer is worth more waiting: the question is put again. */
const answerMs = 30_000;

const toInput = (job: NewJob) => ({
  jobName: job.name,
  clientRequestToken: job.token,
  modelId: job.modelId,
  roleArn: job.roleArn,
  ...(job.converse && { modelInvocationType: "Converse" as const }),
  inputDataConfig: { s3InputDataConfig: { s3Uri: job.input, s3InputFormat: "JSONL" as const } },
  outputDataConfig: {
    s3OutputDataConfig: { s3Uri: job.output, ...(job.kmsKey !== null && { s3EncryptionKeyId: job.kmsKey }) },
  },
  timeoutDurationInHours: job.hours,
  ...(Object.keys(job.tags).length > 0 && {
    tags: Object.entries(job.tags).map(([key, value]) => ({ key, value })),
  }),
});

/** Of an answer that lacks what every job has, nothing can be made. */
const toState = (job: Partial<ModelInvocationJobSummary>): JobState => {
  const { jobArn, status, message, processedRecordCount, totalRecordCount } = job;
  if (!jobArn || !status)
    throw new ConnectorError("endpoint_unusable", "What answers there is not Bedrock's control plane.");
  return {
    arn: jobArn,
    status,
    message: message ? redact(message, []) : null,
    processed: processedRecordCount ?? null,
    total: totalRecordCount ?? null,
  };
};
