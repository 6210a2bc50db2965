import { hash } from "node:crypto";
import { ConnectorError } from "../core/errors.js";
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
interface ReadAnswer<Columns> {
  readonly answer: Invocation;
  readonly columns: Columns | ConnectorError;
}

/**
 * Asks for a row's answer, and again, up to `retries` times, while it is read as `schema_mismatch`. Every try has a key
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
    const tried = round === 0 ? request : { ...request, key: keyOf(request.key, round) };
    const result = await invoke(tried, stop);
    const { attempts, rejections = {} } = afterEarlier(answers, result);
    if (!isFailed(result)) {
      answers.push(result);
      last = { answer: result, columns: read(result) };
      if (isMisfit(last.columns) && round < retries) continue;
      if (round === 0) return last;
    } else if (!last) return result;
    return { ...last, answer: { ...last.answer, attempts, rejections, usage: usageOf(answers) } };
  }
};

const isMisfit = (columns: unknown): boolean =>
  columns instanceof ConnectorError && columns.code === "schema_mismatch";

/** What was there already is not spent. What is not known of one call is not known of all. */
const usageOf = (answers: readonly Invocation[]): Usage => {
  const paid = answers.filter(({ attempts }) => attempts > 0);
  const usages = (paid.length > 0 ? paid : answers.slice(-1)).map(({ usage }) => usage);
  const sum = (name: keyof Usage): number | null =>
    usages.reduce<number | null>(
      (total, { [name]: count }) => (total === null || count === null ? null : total + count),
      0,
    );
  return {
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    cacheReadTokens: sum("cacheReadTokens") ?? 0,
    cacheWriteTokens: sum("cacheWriteTokens") ?? 0,
  };
};

const keyOf = (key: string, round: number): string => hash("sha256", `${key}\n${round}`, "hex").slice(0, 32);
