import type { Descriptor } from "../../generated/conformance.js";
import type { InputRecord, Written, WrittenRow } from "./context.js";
import type { Exchange } from "./exchange.js";
import { must, shown } from "./violation.js";

/** So many good records, all different: the descriptor's own, then ones like them. */
export const manyRecords = (descriptor: Descriptor, count: number): InputRecord[] =>
  Array.from({ length: count }, (_, index) => descriptor.records[index] ?? record(descriptor, index, {}));

/** The first good record with a text of its own, or with what is given put over it. */
export const record = (descriptor: Descriptor, index: number, over: InputRecord): InputRecord => {
  const { records, key_column, text_column } = descriptor;
  return {
    ...records[0],
    ...(text_column !== undefined && { [text_column]: `${records[0]?.[text_column]} ${index}` }),
    ...(key_column !== undefined && { [key_column]: index }),
    ...over,
  };
};

/** Good records with these texts. */
export const withTexts = (descriptor: Descriptor, texts: readonly string[]): InputRecord[] =>
  texts.map((text, index) => record(descriptor, index, { [descriptor.text_column ?? ""]: text }));

/** The record without one of its columns. */
export const without = (row: InputRecord, column: string): InputRecord => {
  const { [column]: _, ...rest } = row;
  return rest;
};

/** Ends the rule unless all records succeeded. */
export const mustSucceed = ({ success, failed, logs }: Written, count: number): void => {
  const told = logs.find(({ level }) => level === "error") ?? logs[0];
  must(
    success === count && failed === 0,
    `${success} of ${count} records succeeded, ${failed} failed: ${shown(told?.message ?? "no log")}`,
  );
};

/** Ends the rule unless the counts are these. */
export const mustCount = (written: Written, counts: { success: number; failed: number }): void => {
  const { success, failed } = written;
  must(
    success === counts.success && failed === counts.failed,
    `success and failed are ${success} and ${failed}, not ${counts.success} and ${counts.failed}`,
  );
};

/** The one record's outcome. */
export const theWrittenRow = (written: Written): WrittenRow => {
  const [outcome] = written.rows();
  must(outcome, "there is no outcome of the record");
  return outcome;
};

/** Ends the rule unless this many calls were paid for. */
export const mustCall = (calls: readonly Exchange[], count: number): void =>
  must(calls.length === count, `${calls.length} calls were made, not ${count}`);

/** The request body, which must be JSON. */
export const bodyOf = ({ body }: Exchange): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return must(false, `the request body is not JSON: ${shown(body)}`);
  }
};

/** All strings in a JSON value. */
export const stringsIn = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
};

/** Ends the rule unless a string of one of the requests has this text in it. */
export const mustSend = (calls: readonly Exchange[], ...texts: readonly string[]): void => {
  // Half a surrogate pair cannot be written as UTF-8.
  const sent = calls.flatMap((call) => stringsIn(bodyOf(call))).map((string) => string.toWellFormed());
  for (const text of texts)
    must(
      sent.some((string) => string.includes(text.toWellFormed())),
      `no request holds ${shown(text)} as it is`,
    );
};
