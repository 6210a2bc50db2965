import { hash } from "node:crypto";
import { withSettings } from "./api-settings.js";
import { checkBody } from "./body-check.js";
import type { Connection } from "./connection/connection.js";
import { ConnectorError } from "./errors.js";
import type { Family } from "./families/family.js";
import type { InvokeRequest } from "./invoke.js";
import type { Job } from "./job.js";
import { type JsonObject, textBytes, valueAt } from "./json.js";
import { applyChatTemplate } from "./template/chat-template.js";

/** The last steps before a body is sent: the family's chat template, the API's settings, then its shape. Failure: `invalid_body`. */
export const toRequest = (
  body: JsonObject,
  { family, connection, target }: Job,
  record?: unknown,
): InvokeRequest | ConnectorError => {
  const finished = withSettings(applyChatTemplate(family, connection.chatTemplate, body), connection);
  const wrong = checkBody(family, finished, connection.familyHints);
  if (wrong) return wrong;
  const text = textOf(finished);
  if (text === undefined) return new ConnectorError("invalid_body", "It is nested too deeply.");
  return {
    modelId: connection.modelId,
    target,
    body: text,
    textBytes: textBytes(finished),
    key: keyOf(text, target, connection.reuseAnswers ? undefined : record),
    maxTokens: maxTokensOf(finished, family),
  };
};

/** A hash of where requests go: rows of another target are never sent in this connection's name. */
export const targetOf = ({ modelId, region, endpoint, guardrail, api }: Connection): string => {
  const where = [modelId, endpoint ?? region, guardrail?.identifier, guardrail?.version];
  if (api !== "invoke_model") where.push(api);
  return hash("sha256", JSON.stringify(where), "hex").slice(0, 16);
};

/**
 * A hash of what the answer depends on: the target and the body. With the record in it, rows that become the same
 * request keep answers of their own.
 */
const keyOf = (body: string, target: string, record: unknown): string =>
  hash("sha256", `${target}\n${textOf(record) ?? ""}\n${body}`, "hex").slice(0, 32);

/** What comes from anywhere may hold what JSON has no word for, or nest without end. */
const textOf = (value: unknown): string | undefined => {
  for (const replacer of [undefined, bigIntAsText])
    try {
      return JSON.stringify(value, replacer);
    } catch {
      // Few rows hold what JSON cannot write, and asking of every value costs as much as writing it.
    }
  return undefined;
};

const bigIntAsText = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? String(value) : value;

/** The limit of output tokens that the body sets, under whichever of the family's names; a vector has no such tokens. */
export const maxTokensOf = (body: JsonObject, family: Family | null): number | null => {
  if (family?.vector) return 0;
  for (const path of family?.request.maxTokens ?? []) {
    const limit = valueAt(body, path);
    if (typeof limit === "number") return limit;
  }
  return null;
};
