import { isObject, tryParseJson, valueAt } from "../../core/json.js";
import type { WireRequest } from "./http-message.js";

/** The service tier that a call asks for: InvokeModel in a header, Converse in its body. */
export const tierOf = ({ headers, body }: WireRequest): string => {
  const header = headers["x-amzn-bedrock-service-tier"];
  if (typeof header === "string") return header;
  if (!body.includes('"serviceTier"')) return "default";
  const json = tryParseJson(body.toString());
  const type = isObject(json) ? valueAt(json, ["serviceTier", "type"]) : undefined;
  return typeof type === "string" ? type : "default";
};
