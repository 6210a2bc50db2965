import { serviceErrorCode } from "../../bedrock/classify.js";
import type { ErrorCode } from "../../core/errors.js";
import { parseExact, writeJson } from "../../core/exact-json.js";
import { isObject } from "../../core/json.js";

/** A line of a job's output: whose it is, and the answer or why there is none. */
type JobRecord =
  | { readonly key: string; readonly answer: string }
  | {
      readonly key: string;
      readonly code: ErrorCode;
      readonly billed: "no" | "unknown";
      readonly words: string;
    };

/**
 * Reads a line; `null` for one that is no record. The input that it repeats is not looked at. Whether a refused record is billed
 * is not documented: an error of the service's own may come after work.
 */
export const readRecord = (line: string): JobRecord | null => {
  let record: unknown;
  try {
    record = parseExact(line);
  } catch {
    return null;
  }
  if (!isObject(record)) return null;
  const { recordId, modelOutput, error } = record;
  const key = String(recordId);
  // What was answered is billed, whatever is said beside it.
  const isAnswered = modelOutput !== undefined && (modelOutput !== null || !error);
  if (isAnswered) return { key, answer: writeJson(modelOutput) };
  if (error === undefined || error === null) return null;
  const { errorCode, errorMessage } = isObject(error) ? error : {};
  const status = Number(errorCode);
  const words = typeof errorMessage === "string" ? errorMessage : "";
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 424;
  return { key, code: codeOf(status, words), billed: isRefusal ? "no" : "unknown", words };
};

const codeOf = (status: number, words: string): ErrorCode =>
  Number.isInteger(status) && status >= 400 ? serviceErrorCode("", status, words) : "service_error";
