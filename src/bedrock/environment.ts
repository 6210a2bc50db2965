import { statSync } from "node:fs";
import { isEndpoint, notAnEndpoint, type Problem } from "../connection/rules.js";
import { kindOf } from "../core/regular-file.js";
import { authorityProblems } from "./authorities.js";
import { proxyProblems } from "./proxy.js";

/** What of the process's environment no call could get past. */
export const environmentProblems = (): Problem[] => [
  ...proxyProblems(),
  ...authorityProblems(),
  ...fileProblems(),
  ...endpointProblems(),
];

/** The SDK would wait for what a pipe or a device says. */
const fileProblems = (): Problem[] =>
  ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"].flatMap((field) => {
    const stats = statSync(process.env[field] || ".", { throwIfNoEntry: false });
    const kind = process.env[field] && stats ? kindOf(stats) : null;
    return kind
      ? [{ field, sentence: `names ${process.env[field]}, which is ${kind}, not a regular file` }]
      : [];
  });

/** The SDK drops what stands behind the path of these URLs. */
const endpointProblems = (): Problem[] =>
  ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
    .filter((name) => !isEndpoint(process.env[name] || "http://localhost"))
    .map((field) => ({ field, sentence: notAnEndpoint }));
