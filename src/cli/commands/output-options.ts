import { nearest } from "../../core/nearest.js";
import { outputKind } from "../../rows/format.js";
import { chosenSources, createShape, type Shape, type TraceSize } from "../../rows/shape.js";
import type { Arguments } from "../command.js";
import { cannotRun, wrongUsage } from "../failure.js";

/** What `--columns`, `--trace` and `--escape-formulas` say of an output. Throws wrong usage, a FileFailure. */
export const readShape = ({ values, flags }: Arguments): Shape => {
  const { output, columns, trace = "full" } = values;
  const given = ["columns", "trace"].find((name) => values[name] !== undefined);
  if (given && output === undefined) throw wrongUsage(`--${given} needs an --output; - is stdout`);
  if (!isTraceSize(trace))
    throw wrongUsage(`option --trace is none, short or full, not ${JSON.stringify(trace)}`);
  if (flags.has("escape-formulas") && !(output !== undefined && isTable(output)))
    throw wrongUsage("--escape-formulas is for an --output that ends in .csv or .tsv");
  try {
    return createShape(columns, trace);
  } catch (error) {
    throw wrongUsage((error as Error).message);
  }
};

const isTable = (output: string): boolean =>
  output !== "-" && ["csv", "tsv"].includes(outputKind(output).format);

const isTraceSize = (text: string): text is TraceSize => ["none", "short", "full"].includes(text);

/**
 * Throws "cannot run" for a chosen column that no row will have. @param known the columns of the first row;
 * @param added those that a run adds, `_bedrock` with its parts among them
 */
export const checkColumns = (
  columns: string | undefined,
  known: readonly string[],
  added: Readonly<Record<string, unknown>>,
): void => {
  // Without a row, nothing is known of the input's columns.
  if (columns === undefined || known.length === 0) return;
  const trace = (added._bedrock ?? {}) as Record<string, unknown>;
  const names = [
    ...known,
    ...Object.keys(added),
    "value",
    ...Object.keys(trace).map((name) => `_bedrock.${name}`),
    ...["code", "message", "retryable"].map((name) => `_bedrock.error.${name}`),
  ];
  const stranger = chosenSources(columns).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const close = nearest(stranger, names);
  throw cannotRun(
    `--columns: no column is called ${JSON.stringify(stranger)}; ` +
      (close
        ? `did you mean ${JSON.stringify(close)}?`
        : `there are ${names.map((name) => JSON.stringify(name)).join(", ")}`),
  );
};
