import { randomUUID } from "node:crypto";
import { search } from "../../core/jmespath.js";
import { fillLeaves, type Json } from "../../core/json.js";
import type { Family } from "../../models/families/family.js";
import { apiFamilies } from "../../models/families/index.js";
import type { LocalAccount } from "./account.js";
import { answer } from "./answer.js";
import { vectorsOf } from "./embed.js";
import { findModel, type Model } from "./find-model.js";
import type { Api, HttpReply, WireRequest } from "./http-message.js";
import { type Latency, wait } from "./latency.js";
import { readBody } from "./request-body.js";
import { findWanted, refuseUnfit, type Wanted, type Written, writeFitting } from "./structured-output.js";
import { countTokens, cutToTokens } from "./tokens.js";

/** A body that its model takes. */
export interface Task extends Model {
  readonly modelId: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  readonly wanted: Wanted | null;
  readonly inputTokens: number;
  /** The most output tokens that the body allows; `null` where it sets no limit. */
  readonly limit: number | null;
}

interface Asked {
  readonly api: Api;
  readonly modelId: string;
  readonly profileOnly: ReadonlySet<string>;
  readonly account: LocalAccount;
}

/** What a model is asked to do, or the service's words on why it is not. */
export const readTask = (
  request: Pick<WireRequest, "headers" | "body">,
  { api, modelId, profileOnly, account }: Asked,
): Task | HttpReply => {
  const model = findModel(modelId, profileOnly, account);
  if ("status" in model) return model;
  const { baseId } = model;
  const family = apiFamilies[api] ?? model.family;
  const body = readBody(request, { family, baseId });
  if ("status" in body) return body;
  const { json } = body;
  const prompt = promptOf(json, family);
  const wanted = findWanted(json, prompt, family);
  const unfit = wanted && refuseUnfit(wanted, baseId, family);
  if (unfit) return unfit;
  const inputTokens = countTokens(prompt);
  return { modelId, family, baseId, json, prompt, wanted, inputTokens, limit: tokenLimit(json, family) };
};

/** A stop reason, and a text, that are given in place of the model's own. */
interface GivenStop {
  readonly reason: string;
  readonly text?: string;
}

/** An answer in the family's shape, and its counts. */
interface Worked {
  readonly json: unknown;
  readonly outputTokens: number;
  readonly latencyMs: number;
}

/** Does what a task asks for, which takes `latency` at least. */
export const work = async (
  { family, baseId, json, prompt, wanted, inputTokens, limit }: Task,
  { stop, latency = 0 }: { readonly stop?: GivenStop | undefined; readonly latency?: Latency } = {},
): Promise<Worked> => {
  const started = performance.now();
  // A text that is given costs no work, so that a bench measures its clients and not how it reads.
  const given: Written | null = stop?.text === undefined ? null : { text: stop.text };
  const written = given ?? write(prompt, family, wanted);
  await wait(latency);
  const { text, tokens, cut } = cutToTokens(written.text, limit ?? Number.POSITIVE_INFINITY);
  // A tool's arguments that were cut off are no JSON, so they come as text.
  const tool = cut || stop ? undefined : written.tool;
  const latencyMs = Math.round(performance.now() - started);
  const values = {
    text,
    prompt,
    ...vectorsOf(json, { family, baseId }),
    stop_reason: stop?.reason ?? tool?.stopReason ?? family.stopReasons?.[cut ? "length" : "end"],
    answer: written.answer,
    tool: wanted?.tool ?? "answer",
    answer_text: text,
    input_tokens: inputTokens,
    output_tokens: tokens,
    total_tokens: inputTokens + tokens,
    latency_ms: latencyMs,
    id: randomUUID(),
    model: baseId,
    created: Math.floor(Date.now() / 1000),
  };
  return { json: fillLeaves(tool?.reply ?? family.reply, values), outputTokens: tokens, latencyMs };
};

/** The words of the user in a body. */
export const promptOf = (json: Readonly<Record<string, unknown>>, family: Family): string =>
  [search(family.request.prompt, json as Json)]
    .flat()
    .filter((part) => typeof part === "string")
    .join("\n");

/** A prompt that opens a reasoning tag gets its reasoning and the closing tag before the answer. */
const write = (prompt: string, family: Family, wanted: Wanted | null): Written => {
  if (family.vector) return { text: "" };
  const written = wanted ? writeFitting(wanted, prompt) : { text: answer(prompt) };
  const tag = family.reasoningTags?.find(
    ({ open, openedByPrompt }) => openedByPrompt && prompt.trimEnd().endsWith(open),
  );
  if (!tag) return written;
  return {
    ...written,
    text: `The text decides: I read it once and sum it up.\n${tag.close}\n\n${written.text}`,
  };
};

/** The first limit the body gives, else none; a vector has no output tokens. */
const tokenLimit = (json: Readonly<Record<string, unknown>>, family: Family): number | null => {
  if (family.vector) return 0;
  for (const path of family.request.maxTokens) {
    const limit = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], json);
    if (typeof limit === "number") return limit;
  }
  return null;
};
