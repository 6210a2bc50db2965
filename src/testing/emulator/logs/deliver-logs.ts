import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { baseModelId } from "../../../models/find-family.js";
import { parseModelId } from "../../../models/model-id.js";
import type { Backend } from "../invocation.js";
import { localAccountId, modelArn, profileArn } from "../model-catalog.js";
import { putObject } from "../objects/store.js";
import type { Logged } from "./log-store.js";

/** Writes what is due into the account's bucket: an object for some records of one hour and region. */
export const deliverLogs = (backend: Backend): void => {
  const { logs, account, now } = backend;
  if (logs.waiting.length === 0) return;
  const { delay_seconds = 0, records_per_object = 20, layout = "joined" } = account.logs ?? {};
  const dueUntil = now() - delay_seconds * 1000;
  const due = logs.waiting.filter(({ at }) => at <= dueUntil);
  logs.waiting = logs.waiting.filter(({ at }) => at > dueUntil);
  const byFolder = new Map<string, Logged[]>();
  for (const logged of due) {
    const folder = folderOf(backend, logged.region, logged.at);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), logged]);
  }
  for (const [folder, records] of byFolder)
    for (let start = 0; start < records.length; start += records_per_object) {
      const page = records
        .slice(start, start + records_per_object)
        .map((one) => recordOf(one, folder, backend));
      const written = page.map((record) => JSON.stringify(record, null, layout === "pretty" ? 2 : 0));
      logs.delivered += 1;
      const name = `${new Date(now()).toISOString().replace(/[-:]|\.\d+/g, "")}_${String(logs.delivered).padStart(8, "0")}`;
      put(backend, `${folder}/${name}.json.gz`, written.join(layout === "lines" ? "\n" : ""));
    }
};

const put = ({ objects, now }: Backend, address: string, text: string): void =>
  putObject(objects, address, gzipSync(text), now());

/** The folder of an hour, in UTC. */
const folderOf = (backend: Backend, region: string, at: number): string =>
  `${logFolder(backend)}/${region}/${new Date(at).toISOString().slice(0, 13).replace(/[-T]/g, "/")}`;

/** The folder of all logs of the account. */
export const logFolder = ({ logs, account }: Backend): string => {
  const { bucketName, keyPrefix = "" } = logs.config?.s3Config ?? { bucketName: "" };
  const prefix = keyPrefix === "" ? "" : `${keyPrefix.replace(/\/+$/, "")}/`;
  return `s3://${bucketName}/${prefix}AWSLogs/${account.id ?? localAccountId}/BedrockModelInvocationLogs`;
};

const recordOf = (logged: Logged, folder: string, backend: Backend): object => {
  const { account, logs } = backend;
  const { operation, region, requestId, metadata, errorCode } = logged;
  const hasBodies = logs.config?.textDataDeliveryEnabled !== false;
  const { large_bytes = 100_000 } = account.logs ?? {};
  const body = (side: "input" | "output"): object => {
    const value = logged[side];
    if (value === undefined || !hasBodies) return {};
    const text = JSON.stringify(value);
    if (Buffer.byteLength(text) <= large_bytes) return { [`${side}BodyJson`]: value };
    const address = `${folder}/data/${randomUUID()}_${side}.json.gz`;
    put(backend, address, text);
    return { [`${side}BodyS3Path`]: address };
  };
  const { inputTokens, outputTokens, cacheRead, cacheWrite } = logged;
  const inputCounts = {
    ...{ inputTokenCount: inputTokens },
    ...(cacheRead && { cacheReadInputTokenCount: cacheRead }),
    ...(cacheWrite && { cacheWriteInputTokenCount: cacheWrite }),
  };
  return {
    timestamp: new Date(logged.at).toISOString().replace(/\.\d+/, ""),
    accountId: account.id ?? localAccountId,
    identity: { arn: `arn:aws:iam::${account.id ?? localAccountId}:user/demo` },
    ...{ region, requestId, operation },
    modelId: nameOf(logged, backend),
    ...(errorCode !== undefined && { errorCode }),
    ...(metadata !== undefined && { requestMetadata: metadata }),
    input: { inputContentType: "application/json", ...body("input"), ...inputCounts },
    ...(logged.output !== undefined && {
      output: { outputContentType: "application/json", ...body("output"), outputTokenCount: outputTokens },
    }),
    ...{ inferenceRegion: region, schemaType: "ModelInvocationLog", schemaVersion: "1.0" },
  };
};

const nameOf = ({ operation, modelId, region }: Logged, { account }: Backend): string => {
  const { model_id = "mixed" } = account.logs ?? {};
  const isArn = model_id === "arn" || (model_id === "mixed" && operation.startsWith("InvokeModel"));
  const { id } = parseModelId(modelId);
  if (!isArn) return id;
  if (modelId.startsWith("arn:")) return modelId;
  return baseModelId(modelId) === modelId
    ? modelArn(region, modelId)
    : `${profileArn(region, account.id ?? localAccountId)}${modelId}`;
};
