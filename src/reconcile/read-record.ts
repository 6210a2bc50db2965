import { callKeyName, readCall } from "../bedrock/call-key.js";
import { parseExact } from "../core/exact-json.js";
import { isObject, valueAt } from "../core/json.js";
import type { Usage } from "../core/reply.js";

/** What an account's logs hold of one call of ours. */
export interface LogRecord {
  /** The call's ledger key. */
  readonly key: string;
  /** Which of the key's calls it is; `null` where no ledger recorded it. */
  readonly claim: string | null;
  readonly operation: string;
  readonly modelId: string;
  readonly requestId: string | null;
  /** The service's name of an error, or its status; `null` where there is none. */
  readonly errorCode: string | null;
  /** The answer, or the address of the object that it stands in; `null` where the record has none. */
  readonly output: { readonly body: unknown } | { readonly address: string } | null;
  readonly counts: Partial<Usage>;
}

/** A record, one of somebody else's calls, or why it was passed over, in words. */
export type Found = LogRecord | "other" | { readonly fault: string };

/**
 * The records in the text of a JSON object: the object itself, or any in it, also as text, as CloudWatch's answers have
 * them.
 */
export function* recordsIn(text: string): Generator<Found> {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    yield { fault: "an object that is no JSON" };
    return;
  }
  let none = true;
  for (const found of search(value, 0)) {
    none = false;
    yield found;
  }
  if (none) yield { fault: "an object without a record of a call" };
}

const deepest = 6;

function* search(value: unknown, depth: number): Generator<Found> {
  if (isObject(value) && isRecord(value)) yield readRecord(value);
  else if (typeof value === "string" && value.startsWith("{") && value.includes('"ModelInvocationLog"'))
    yield* recordsIn(value);
  else if (typeof value === "object" && value !== null && depth < deepest)
    for (const inner of Object.values(value)) yield* search(inner, depth + 1);
}

const isRecord = ({ schemaType, input, output, modelId }: Record<string, unknown>): boolean =>
  schemaType === "ModelInvocationLog" ||
  (typeof modelId === "string" && (isObject(input) || isObject(output)));

const readRecord = (record: Record<string, unknown>): Found => {
  const entry = valueAt(record, ["requestMetadata", callKeyName]);
  if (entry === undefined) return "other";
  const call = readCall(entry);
  if (!call) return { fault: "a record with a key of another form" };
  const { input, output, errorCode } = record;
  return {
    key: call.key,
    claim: call.claim ?? null,
    operation: text(record.operation),
    modelId: text(record.modelId),
    requestId: text(record.requestId) || null,
    errorCode: errorCode === undefined || errorCode === null || errorCode === "" ? null : String(errorCode),
    output: outputOf(output),
    counts: {
      ...count("inputTokens", input, "inputTokenCount"),
      ...count("outputTokens", output, "outputTokenCount"),
      ...count("cacheReadTokens", input, "cacheReadInputTokenCount"),
      ...count("cacheWriteTokens", input, "cacheWriteInputTokenCount"),
    },
  };
};

const outputOf = (output: unknown): LogRecord["output"] => {
  if (!isObject(output)) return null;
  const { outputBodyJson: body, outputBodyS3Path: address } = output;
  if (body !== undefined && body !== null) return { body };
  return typeof address === "string" ? { address } : null;
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const count = (name: keyof Usage, side: unknown, key: string): Partial<Usage> => {
  const value = valueAt(side, [key]);
  return typeof value === "number" && Number.isInteger(value) ? { [name]: value } : {};
};
