import type { TrackedMessage } from "../index.js";
import { type Fields, isFields } from "./secrets.js";
import type { RowStatus } from "./state.js";

/** One record's part of a connector's answer. */
export interface Verdict {
  /** A failed record that the connector says it never sent is still pending. */
  readonly status: RowStatus;
  readonly logs?: unknown;
  /** The record that came back, where the connector gives one. */
  readonly enriched: Fields | null;
}

/**
 * What an answer to `write` says of each of its records, in order: the status from the counts, and where a batch is
 * partly good, from the levels of its logs, one a record. @throws Error when the answer breaks the contract.
 */
export const verdictsOf = (message: TrackedMessage, size: number, allOrNothing = false): Verdict[] => {
  if (message?.type !== "tracking")
    throw new Error(`the connector answered with ${message?.type}, not tracking`);
  const { success = 0, failed = 0, logs = [], meta } = message.tracking;
  if (success + failed !== size)
    throw new Error(`the connector counted ${success + failed} of ${size} records`);
  const mixed = success > 0 && failed > 0 && !allOrNothing;
  if (mixed && logs.length !== size) throw new Error("the connector does not say which records failed");
  const texts = allOrNothing ? [] : logs.map(({ message: text }) => parseLog(text));
  return Array.from({ length: size }, (_, index) => {
    const bad = mixed ? isFields(texts[index]) && texts[index].level === "error" : success === 0;
    const record = meta?.records?.[index];
    const logs = texts[index];
    const status = bad ? (isUnsent(record) ? "pending" : "failed") : "success";
    return { status, logs, enriched: isFields(record) ? record : null };
  });
};

/** Such as a record that was still waiting when the run was stopped, or when its budget was used up. */
const isUnsent = (record: unknown): boolean => fateOf(record) === "not_sent";

/** A success without an answer: there was nothing to work on. */
export const isSkipped = (record: unknown): boolean => fateOf(record) === "skipped";

const fateOf = (record: unknown): unknown =>
  isFields(record) && isFields(record._bedrock) ? record._bedrock.status : undefined;

/** The host stores the log as JSON, so it must be JSON. */
const parseLog = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("the connector's log is not JSON", { cause });
  }
};
