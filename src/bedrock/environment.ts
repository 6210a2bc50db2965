import { isEndpoint, notAnEndpoint, type Problem } from "../connection/rules.js";
import { authorityProblems } from "./authorities.js";
import { proxyProblems } from "./proxy.js";

/** What of the process's environment no call could get past. */
export const environmentProblems = (): Problem[] => [
  ...proxyProblems(),
  ...authorityProblems(),
  ...endpointProblems(),
];

/** The SDK drops what stands behind the path of these URLs. */
const endpointProblems = (): Problem[] =>
  ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
    .filter((name) => !isEndpoint(process.env[name] || "http://localhost"))
    .map((field) => ({ field, sentence: notAnEndpoint }));
