import { isObject, type Json } from "../core/json.js";
import { CannotRehearse } from "./cannot-rehearse.js";
import { asJson, isBlank, type Said } from "./said.js";

type Columns = Record<string, unknown>;

/**
 * The answer that an enriched row holds, as `write` wrote it, in any format; `null` for a row that was not answered, for
 * a reason that is not the model's. A row without `_bedrock` is taken to be answered.
 */
export const saidInRow = (row: unknown, names: readonly string[]): Said | null => {
  if (!isObject(row)) return null;
  const trace = traceOf(row);
  const status = trace("status");
  if (status === "skipped" || status === "held" || status === "not_sent") return null;
  const columns = asJson(Object.fromEntries(names.map((name) => [name, row[name] ?? null])));
  const isFailed = status === "failed";
  const truncated = trace("truncated");
  const cost = numberIn(trace("cost_usd"));
  return {
    from: "file",
    columns: isFailed ? null : columns,
    error: isFailed ? String(trace("error.code") ?? "failed") : null,
    cut_off: truncated === undefined ? null : String(truncated) === "true",
    empty: isFailed
      ? /^(?:empty_answer|only_reasoning)$/.test(String(trace("error.code")))
      : isBlank(columns),
    input_tokens: numberIn(trace("input_tokens")),
    output_tokens: numberIn(trace("output_tokens")),
    // An answer that a run found in its ledger cost that run nothing.
    usd: cost === 0 && Number(trace("attempts")) === 0 ? null : cost,
    latency_ms: numberIn(trace("latency_ms")),
  };
};

/** Reads `_bedrock` as an object or, as tables have it, as columns `_bedrock.status` and so on. */
const traceOf =
  (row: Columns) =>
  (path: string): unknown => {
    const whole = row._bedrock;
    const found = isObject(whole)
      ? path.split(".").reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), whole)
      : row[`_bedrock.${path}`];
    return found === null || found === "" ? undefined : found;
  };

const numberIn = (value: unknown): number | null => {
  const number = value === undefined || value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
};

/** The answer that a row's own columns hold; `null` where they are all empty. @param from column by output column */
export const saidInColumns = (row: unknown, from: Readonly<Record<string, string>>): Said | null => {
  if (!isObject(row)) return null;
  const columns = asJson(
    Object.fromEntries(Object.entries(from).map(([name, column]) => [name, row[column] ?? null])),
  );
  if (isBlank(columns)) return null;
  return { ...nothingMore, from: "column", columns };
};

const nothingMore = {
  error: null,
  cut_off: null,
  empty: false,
  input_tokens: null,
  output_tokens: null,
  usd: null,
  latency_ms: null,
};

/**
 * The rows that stand for enriched rows which do not hold all of their columns, found by the columns that both have. In
 * the order of the enriched rows; `null` where there is none.
 */
export const findRows = async (
  enriched: readonly unknown[],
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  outputs: readonly string[],
): Promise<unknown[]> => {
  const found: unknown[] = enriched.map(() => null);
  let shared: string[] | null = null;
  const waiting = new Map<string, number[]>();
  let left = enriched.length;
  for await (const row of rows) {
    if (left === 0) break;
    if (!isObject(row)) continue;
    if (shared === null) {
      shared = sharedNames(enriched[0], row, outputs);
      for (const [index, one] of enriched.entries()) {
        const key = keyOf(one, shared);
        waiting.set(key, [...(waiting.get(key) ?? []), index]);
      }
    }
    const index = waiting.get(keyOf(row, shared))?.shift();
    if (index === undefined) continue;
    found[index] = row;
    left--;
  }
  return found;
};

const sharedNames = (enriched: unknown, row: Columns, outputs: readonly string[]): string[] => {
  const names = isObject(enriched) ? Object.keys(enriched) : [];
  const shared = names.filter(
    (name) => Object.hasOwn(row, name) && !outputs.includes(name) && !name.startsWith("_bedrock"),
  );
  if (shared.length === 0)
    throw new CannotRehearse(
      "the enriched rows and the input have no column in common by which a row could be found: let the enriched file keep a key, such as id",
    );
  return shared;
};

/** The same for a number and its text, as files differ in that. */
const keyOf = (row: unknown, names: readonly string[]): string =>
  JSON.stringify(
    names.map((name) => {
      const value: Json = asJson({ value: (row as Columns)[name] }).value ?? null;
      return typeof value === "object" ? value : String(value);
    }),
  );
