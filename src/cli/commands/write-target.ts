import { writeJson } from "../../core/exact-json.js";
import type { RecordMessage } from "../../index.js";
import type { Input } from "../../rows/open-input.js";
import type { Claim, Sink } from "../../rows/open-output.js";
import { createShape, type Shape } from "../../rows/shape.js";
import type { WritableRow } from "../../rows/writable-row.js";
import { sendLine, type Terminal } from "../report/terminal.js";
import type { WritePlan } from "./write-plan.js";

/** Where records go, one by one. */
export interface Target {
  readonly sink?: Sink | undefined;
  put(message: RecordMessage): Promise<void>;
}

interface TargetParts {
  readonly claim: Claim | undefined;
  readonly source: Input;
  readonly guard: WritableRow;
  readonly terminal: Terminal;
}

/** Opens where the plan says that rows go: its claimed output, or stdout. Throws a FileFailure. */
export const openTarget = async (
  { output, shape, escapeFormulas, json }: WritePlan,
  { claim, source, guard, terminal }: TargetParts,
): Promise<Target> => {
  if (output === "-" || (!claim && !json)) {
    // A person sees what became of a row; the whole trace would push the answers off the screen.
    const shown = output === "-" ? shape : createShape(undefined, "short");
    return { put: ({ record }) => sendLine(lineOf(record.data, shown, guard)) };
  }
  if (!claim)
    return {
      put: (message) => {
        const { record } = message;
        return sendLine(guard(record.data, (data) => writeJson({ ...message, record: { ...record, data } })));
      },
    };
  const sink = await claim.open({ layout: source.layout, shape, escapeFormulas, guard, warn: terminal.say });
  return { sink, put: ({ record }) => sink.write(record.data) };
};

const lineOf = (data: Record<string, unknown>, shape: Shape, guard: WritableRow): string =>
  guard(data, (row) => writeJson(shape.apply(row)));

/** Leaves the output as it was, which half an input is no reason to replace. */
export const leave = async ({ sink }: Target, say: (line: string) => void): Promise<void> => {
  const part = await sink?.leave();
  if (part !== undefined)
    say(`the output was left as it was; the rows up to there are in ${part}, one JSON object a line`);
};

/** A row as the run would have written it, for the header of a table without rows. */
export const exampleOf = (
  { columns }: Input,
  added: Record<string, unknown>,
): Record<string, unknown> | undefined =>
  columns.length === 0 ? undefined : { ...Object.fromEntries(columns.map((name) => [name, null])), ...added };
