import { join } from "node:path";
import { getHomeDir } from "@smithy/core/config";
import { isEndpoint, notAnEndpoint, type Problem } from "../connection/rules.js";
import { kindAt } from "../core/regular-file.js";
import { authorityProblems } from "./authorities.js";
import { proxyProblems } from "./proxy.js";

/** What of the process's environment no call could get past. */
export const environmentProblems = (): Problem[] => [
  ...proxyProblems(),
  ...authorityProblems(),
  ...fileProblems(),
  ...endpointProblems(),
];

/** The SDK would wait for what a pipe or a device says, whether it was named or stands where such a file is looked for. */
const fileProblems = (): Problem[] => [
  ...[
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  ].flatMap((field) => {
    const path = process.env[field];
    const kind = path && kindAt(path);
    return kind ? [{ field, sentence: `names ${path}, which is ${kind}, not a regular file` }] : [];
  }),
  ...["config", "credentials"].flatMap((name) => {
    const kind = kindAt(join(home(), ".aws", name));
    return kind ? [{ field: `~/.aws/${name}`, sentence: `is ${kind}, not a regular file` }] : [];
  }),
];

/** As the SDK finds it. A user without a name has none. */
const home = (): string => {
  try {
    return getHomeDir();
  } catch {
    return "/";
  }
};

/** The SDK drops what stands behind the path of these URLs. */
const endpointProblems = (): Problem[] =>
  ["_BEDROCK_RUNTIME", "_BEDROCK", "_STS", "_SERVICE_QUOTAS", "_IAM", ""]
    .map((service) => `AWS_ENDPOINT_URL${service}`)
    .filter((name) => !isEndpoint(process.env[name] || "http://localhost"))
    .map((field) => ({ field, sentence: notAnEndpoint }));
