import { hash } from "node:crypto";
import { ConnectorError, type ErrorCode } from "../core/errors.js";
import {
  afterEarlier,
  type FailedInvocation,
  type Invocation,
  type Invoke,
  type InvokeRequest,
  isFailed,
} from "../core/invoke.js";
import type { Usage } from "../core/reply.js";

/** An answer, and what was read of it. */
export interface ReadAnswer<Columns> {
  readonly answer: Invocation;
  /** What each of the row's answers took, without those that were there already beside ones that were paid for. */
  readonly usages: readonly Usage[];
  readonly columns: Columns | ConnectorError;
}

/**
 * Asks for a row's answer, and again, up to `retries` times, while it is read as no answer that fits. Every try has a key
 * of its own, so that a ledger keeps each answer and none is paid for twice. A retry that fails leaves the row with the
 * answer it had. The answer counts what all its calls took.
 */
export const invokeUntilFit = async <Columns>(
  request: InvokeRequest,
  invoke: Invoke,
  stop: AbortSignal,
  retries: number,
  read: (answer: Invocation) => Columns | ConnectorError,
): Promise<ReadAnswer<Columns> | FailedInvocation> => {
  const answers: Invocation[] = [];
  let last: ReadAnswer<Columns> | undefined;
  for (let round = 0; ; round++) {
    const tried =
      round === 0 ? request : { ...request, key: keyOf(request.key, round), isAgain: true as const };
    const result = await invoke(tried, stop);
    const { attempts, rejections = {} } = afterEarlier(answers, result);
    if (!isFailed(result)) {
      answers.push(result);
      last = { answer: result, columns: read(result), usages: usagesOf(answers) };
      if (mayFitNext(last.columns) && round < retries) continue;
      if (round === 0) return last;
    } else if (!last) return result;
    return { ...last, answer: { ...last.answer, attempts, rejections, usage: sumOf(last.usages) } };
  }
};

const mayFitNext = (columns: unknown): boolean =>
  columns instanceof ConnectorError && notFitting.has(columns.code);

/** Answers that do not fit, or are none at all. */
const notFitting: ReadonlySet<ErrorCode> = new Set([
  "schema_mismatch",
  "empty_answer",
  "only_reasoning",
  "malformed_answer",
  "tool_call",
]);

/** What was there already is not spent. */
const usagesOf = (answers: readonly Invocation[]): Usage[] => {
  const paid = answers.filter(({ attempts }) => attempts > 0);
  return (paid.length > 0 ? paid : answers.slice(-1)).map(({ usage }) => usage);
};

/** What is not known of one call is not known of all. The tier is the last one's. */
const sumOf = (usages: readonly Usage[]): Usage => {
  const sum = (name: "inputTokens" | "outputTokens" | "thinkingTokens"): number | null =>
    usages.reduce<number | null>((total, usage) => {
      const count = usage[name] ?? null;
      return total === null || count === null ? null : total + count;
    }, 0);
  const thinkingTokens = sum("thinkingTokens");
  const cacheWrites = byName(usages, "cacheWrites");
  const guardrailUnits = byName(usages, "guardrailUnits");
  const serviceTier = usages.at(-1)?.serviceTier;
  return {
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    cacheReadTokens: usages.reduce((total, { cacheReadTokens }) => total + cacheReadTokens, 0),
    cacheWriteTokens: usages.reduce((total, { cacheWriteTokens }) => total + cacheWriteTokens, 0),
    ...(cacheWrites && { cacheWrites }),
    ...(thinkingTokens !== null && { thinkingTokens }),
    ...(guardrailUnits && { guardrailUnits }),
    ...(serviceTier !== undefined && { serviceTier }),
  };
};

/** The sums of counts that have names; `undefined` where there are none. */
const byName = (
  usages: readonly Usage[],
  name: "cacheWrites" | "guardrailUnits",
): Record<string, number> | undefined => {
  const sums: Record<string, number> = {};
  for (const { [name]: counts = {} } of usages)
    for (const [key, count] of Object.entries(counts)) sums[key] = (sums[key] ?? 0) + count;
  return Object.keys(sums).length > 0 ? sums : undefined;
};

const keyOf = (key: string, round: number): string => hash("sha256", `${key}\n${round}`, "hex").slice(0, 32);
