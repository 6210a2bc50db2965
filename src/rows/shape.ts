import { FileFailure } from "../core/file-failure.js";
import { isObject } from "../core/json.js";
import { splitCells } from "./split-records.js";

type Columns = Record<string, unknown>;

/** One column of an output: where its value comes from, and its name there. */
interface Choice {
  readonly from: string;
  readonly name: string;
}

/** Which columns an output has. */
export interface Shape {
  /** The row as it is written, from the enriched record. */
  apply(record: Columns): Columns;
  /** The names, in their order, where they were chosen. */
  readonly names: readonly string[] | undefined;
}

export type TraceSize = "none" | "short" | "full";

/**
 * The shape of an output that keeps every column, with as much of `_bedrock` as `trace` says; or of one with the chosen
 * columns only. @param columns such as `id,answer=completion,_bedrock.status`: names after one another, in quotes
 * where they hold a comma, each perhaps with a new name before it. Throws a FileFailure.
 */
export const createShape = (columns: string | undefined, trace: TraceSize): Shape => {
  if (columns === undefined)
    return { names: undefined, apply: trace === "full" ? (row) => row : shorten(trace) };
  const choices = readChoices(columns);
  return {
    names: choices.map(({ name }) => name),
    apply: (row) => Object.fromEntries(choices.map(({ from, name }) => [name, pick(row, from)])),
  };
};

/** The columns that a chosen list reads. Throws a FileFailure where it is none. */
export const chosenSources = (columns: string): string[] => readChoices(columns).map(({ from }) => from);

/** A row for a table: `_bedrock` as columns `_bedrock.status` and so on, the same for good and bad rows. */
export const flatten = (row: Columns): Columns => {
  const { _bedrock: trace } = row;
  if (!isObject(trace)) return row;
  const flat: Columns = {};
  for (const [name, value] of Object.entries(row))
    if (name === "_bedrock") Object.assign(flat, flatTrace(trace));
    else Object.defineProperty(flat, name, { value, enumerable: true, configurable: true, writable: true });
  return flat;
};

/** With an error's parts too where there is none. */
const flatTrace = ({ error, ...rest }: Columns): Columns => {
  const parts = isObject(error) ? error : {};
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [`_bedrock.${name}`, value])),
    ...(error !== undefined &&
      Object.fromEntries(
        ["code", "message", "retryable"].map((name) => [`_bedrock.error.${name}`, parts[name] ?? null]),
      )),
  };
};

const shorten =
  (trace: "none" | "short") =>
  ({ _bedrock, ...row }: Columns): Columns => {
    if (trace === "none" || !isObject(_bedrock)) return row;
    const { status, error } = _bedrock;
    return { ...row, _bedrock: { status, error } };
  };

/** A column, or a part of the trace. */
const pick = (row: Columns, name: string): unknown => {
  if (Object.hasOwn(row, name)) return row[name];
  const steps = name.split(".");
  if (steps[0] !== "_bedrock") return null;
  return steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : null), row) ?? null;
};

const readChoices = (columns: string): Choice[] => {
  const cells = splitCells(columns, ",");
  if (cells === undefined || cells.some((cell) => cell.trim() === ""))
    throw new FileFailure(
      'give --columns as names with commas between them, such as id,answer=completion,_bedrock.status, one with a comma in quotes: "a,b=completion"',
    );
  const choices = cells.map((cell) => {
    const at = cell.indexOf("=");
    const [name, from] = at > 0 ? [cell.slice(0, at), cell.slice(at + 1)] : [cell, cell];
    return { name: name.trim(), from: from.trim() };
  });
  const twice = choices.find(
    ({ name }, index) => choices.findIndex((other) => other.name === name) !== index,
  );
  if (twice)
    throw new FileFailure(`--columns has ${JSON.stringify(twice.name)} twice; rename one, as in new=old`);
  return choices;
};
