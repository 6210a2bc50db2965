import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject, valueAt } from "../../core/json.js";
import type { CacheWay, Family } from "../../models/families/family.js";
import { factsOf } from "../../models/model-facts.js";
import { countTokens } from "./tokens.js";
import type { Task } from "./work.js";

/** The input tokens of a call; `inputTokens` counts none of the others. */
export interface InputTokens {
  readonly inputTokens: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** The prompt caches of an account. */
export interface PromptCaches {
  /** Counts a call's input, and keeps for five minutes after each use what its body asks to be kept. */
  use(task: Task): InputTokens;
}

export const createPromptCaches = (now: () => number): PromptCaches => {
  const until = new Map<string, number>();
  return {
    use({ modelId, baseId, json, family, inputTokens }) {
      const none = { inputTokens, cacheRead: 0, cacheWrite: 0 };
      const parts = family.cache && partsOf(json, family.cache);
      if (!parts) return none;
      const kept = countTokens(parts.kept);
      const whole = kept + countTokens(parts.rest);
      if (kept < (factsOf(baseId)?.cache_from ?? Number.POSITIVE_INFINITY))
        return { ...none, inputTokens: whole };
      const key = createHash("sha256").update(`${modelId}\n${parts.kept}`).digest("base64");
      const isThere = (until.get(key) ?? Number.NEGATIVE_INFINITY) > now();
      until.set(key, now() + keptMs);
      return {
        inputTokens: whole - kept,
        cacheRead: isThere ? kept : 0,
        cacheWrite: isThere ? 0 : kept,
      };
    },
  };
};

const keptMs = 5 * 60_000;

/** What a model reads of a body up to its last cache point, and after it; `null` where it has none. */
const partsOf = (body: Task["json"], { before, places, point }: CacheWay) => {
  const names = Object.keys("within" in point ? point.within : point.after);
  let kept: string | null = null;
  let text = "";
  const read = (node: unknown): void => {
    if (typeof node === "string") text += `${node}\n`;
    else if (Array.isArray(node)) node.forEach(read);
    else if (isObject(node)) {
      for (const [key, value] of Object.entries(node))
        if (!unread.has(key) && !names.includes(key)) read(value);
      if (names.some((name) => node[name] !== undefined)) kept = text;
    }
  };
  for (const path of [...before, ...places.map((place) => place.slice(0, 1))])
    read(valueAt(body as Json, path));
  return kept === null ? null : { kept: kept as string, rest: text.slice((kept as string).length) };
};

/** Keys of messages and their blocks whose words no model reads. */
const unread: ReadonlySet<string> = new Set(["role", "type"]);

/** A response with what the service says of its cache, where its family says it in the body. */
export const withCacheCounts = (
  response: unknown,
  { response: { usage } }: Family,
  { cacheRead, cacheWrite }: InputTokens,
): unknown => {
  if (cacheRead + cacheWrite === 0 || !isObject(response)) return response;
  const counts = [
    [usage?.cacheRead, cacheRead],
    [usage?.cacheWrite, cacheWrite],
  ] as const;
  const said = counts.flatMap(([path, count]) => (path === undefined ? [] : [[path.split(".")[1], count]]));
  return { ...response, usage: { ...(response.usage as JsonObject), ...Object.fromEntries(said) } };
};
