import { setTimeout as sleep } from "node:timers/promises";
import { isObject, tryParseJson } from "../core/json.js";
import { callFailure } from "./call-failure.js";
import type { Quota } from "./control-answers.js";

/**
 * The quotas of Bedrock that hold for an account in a region, asked page by page; `undefined` where what answers is not Service
 * Quotas. `ask` puts one question, in JSON.
 */
export const listQuotas = async (
  ask: (body: string) => Promise<string>,
  signal: AbortSignal,
): Promise<readonly Quota[] | undefined> => {
  const found: Quota[] = [];
  let next: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const asked = JSON.stringify({ ServiceCode: "bedrock", MaxResults: 100, NextToken: next });
    const answer = tryParseJson(await patiently(() => ask(asked), signal));
    if (!isObject(answer) || !Array.isArray(answer.Quotas)) return undefined;
    for (const quota of answer.Quotas) {
      const { QuotaName: name, Value: value } = isObject(quota) ? quota : {};
      if (typeof name === "string" && typeof value === "number") found.push({ name, value });
    }
    if (typeof answer.NextToken !== "string" || answer.NextToken === "") break;
    next = answer.NextToken;
  }
  return found;
};

/** There are some thousands of quotas. */
const mostPages = 100;

/** Service Quotas takes few questions a second, and a list is many. */
const patiently = async <Answer>(ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> => {
  for (let tries = 1; ; tries++)
    try {
      return await ask();
    } catch (thrown) {
      if (tries >= mostTries || callFailure(thrown, () => "").code !== "throttled_requests") throw thrown;
      await sleep(tries * pauseMs, undefined, { signal });
    }
};

const mostTries = 4;
const pauseMs = 250;

/** What `ask` puts, beside its body. */
export const quotasQuestion = {
  service: "servicequotas",
  variable: "SERVICE_QUOTAS",
  headers: {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "ServiceQuotasV20190624.ListServiceQuotas",
  },
};
