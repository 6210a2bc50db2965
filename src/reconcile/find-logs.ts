import { openControlPlane } from "../bedrock/control-plane.js";
import type { Connection } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import type { Stretch } from "./log-files.js";

/**
 * Where the account keeps its model invocation logs in S3, by its logging configuration.
 * @throws ConnectorError `logs_unusable`, which says what to do
 */
export const findLogs = async (connection: Connection, stretches: readonly Stretch[]): Promise<string> => {
  const plane = openControlPlane(connection, questionMs);
  try {
    const missing = await plane.missingCredentials();
    if (missing) throw missing;
    const answer = await plane.logging();
    if (answer.is === "refused") throw answer.error;
    if (answer.is !== "known")
      throw unusable(
        `The logging configuration was not told${answer.is === "unasked" ? ` (${answer.why})` : ""}. Say where the logs are: --logs s3://bucket/prefix/.`,
      );
    const { s3, logGroup } = answer.value;
    if (s3 !== null) return s3;
    throw unusable(
      logGroup === null
        ? `Model invocation logging is off in ${connection.region}, so no answer can be found there. Once it is on, it tells of later calls.`
        : `The logs are in CloudWatch alone. Get them and give the file: ${fromCloudWatch(logGroup, connection.region, stretches)} && bedrock-model reconcile … --logs calls.json.`,
    );
  } finally {
    plane.close();
  }
};

const questionMs = 15_000;

const unusable = (detail: string): ConnectorError => new ConnectorError("logs_unusable", detail);

/** What a user calls, with all calls that are looked for in its stretch of time. */
const fromCloudWatch = (logGroup: string, region: string, stretches: readonly Stretch[]): string => {
  const from = stretches.reduce((least, stretch) => Math.min(least, stretch.from), Number.POSITIVE_INFINITY);
  const to = stretches.reduce((most, stretch) => Math.max(most, stretch.to), 0);
  return `aws logs filter-log-events --region ${region} --log-group-name ${logGroup} --log-stream-names aws/bedrock/modelinvocations --start-time ${from} --end-time ${to} > calls.json`;
};
