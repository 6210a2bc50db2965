import { isObject } from "../../../core/json.js";
import { type HttpReply, refuse, type WireRequest } from "../http-message.js";
import type { Backend } from "../invocation.js";
import { putObject } from "../objects/store.js";
import { logFolder } from "./deliver-logs.js";
import type { LoggingConfig } from "./log-store.js";

type Serve = (request: WireRequest, id: string, backend: Backend) => HttpReply;

export const loggingOperations = {
  GetModelInvocationLoggingConfiguration: (_request, _id, { logs }) =>
    json(logs.config ? { loggingConfig: logs.config } : {}),
  PutModelInvocationLoggingConfiguration: ({ body }, _id, backend) => {
    const config = readConfig(body);
    if (!config) return refuse(400, "ValidationException", "loggingConfig must be an object.");
    const { logs, objects, now } = backend;
    const bucket = config.s3Config?.bucketName;
    if (bucket !== undefined && !objects.buckets.has(bucket))
      return refuse(400, "ValidationException", `Failed to validate permissions for the bucket: ${bucket}`);
    logs.config = config;
    // The service sees by it whether it may write there, and leaves it.
    if (bucket !== undefined)
      putObject(
        objects,
        `${logFolder(backend)}/amazon-bedrock-logs-permission-check`,
        Buffer.alloc(0),
        now(),
      );
    return json({});
  },
  DeleteModelInvocationLoggingConfiguration: (_request, _id, { logs }) => {
    logs.config = null;
    return json({});
  },
} satisfies Record<string, Serve>;

const readConfig = (body: Buffer): LoggingConfig | null => {
  try {
    const { loggingConfig } = JSON.parse(body.toString());
    return isObject(loggingConfig) ? (loggingConfig as LoggingConfig) : null;
  } catch {
    return null;
  }
};

const json = (answer: object): HttpReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(answer),
});
