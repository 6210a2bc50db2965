import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import type { Descriptor } from "../generated/conformance.js";
import type { Door } from "./door.js";
import type { Row } from "./row.js";
import { rows as allRows } from "./rows/index.js";
import { createStage, valueAt } from "./stage.js";
import { NotApplicable, within } from "./verdict.js";
import { openWire } from "./wire.js";

export interface ConformOptions {
  readonly descriptor: Descriptor;
  readonly door: Door;
  /** The stand-in server's URL. Without one, only the rows that need none are run. */
  readonly server: string | null;
  /** Beginnings of row ids, such as `S` or `W02`. Default: all. */
  readonly only?: readonly string[];
  /** Seconds a row may take. Default 60. */
  readonly patience?: number;
}

/** What the suite found of one row. */
export interface Finding {
  readonly id: string;
  readonly what: string;
  readonly verdict: "pass" | "fail" | "skipped";
  /** Why it failed or was skipped. */
  readonly because?: string;
  /** Milliseconds. */
  readonly ms: number;
}

/** Runs every row that applies, several at once, each on a line and in a folder of its own. In the order of the rows. */
export const conform = async (options: ConformOptions): Promise<Finding[]> => {
  const { only } = options;
  const chosen = allRows.filter(({ id }) => !only || only.some((beginning) => id.startsWith(beginning)));
  return pMap(chosen, (row) => judge(row, options), { concurrency: 8 });
};

const judge = async (row: Row, options: ConformOptions): Promise<Finding> => {
  const { id, what } = row;
  const lack = lackOf(row, options);
  if (lack !== undefined) return { id, what, verdict: "skipped", because: lack, ms: 0 };
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  try {
    await runRow(row, options);
    return { id, what, verdict: "pass", ms: ms() };
  } catch (thrown) {
    const because = thrown instanceof Error ? thrown.message : String(thrown);
    return { id, what, verdict: thrown instanceof NotApplicable ? "skipped" : "fail", because, ms: ms() };
  }
};

const runRow = async (
  row: Row,
  { descriptor, door, server, patience = 60 }: ConformOptions,
): Promise<void> => {
  // Without a service the line leads nowhere, and no row that calls is run.
  const wire = await openWire(server ?? "http://127.0.0.1:9", descriptor);
  const folder = await mkdtemp(join(tmpdir(), "conform-"));
  try {
    await within(patience, () => row.run(createStage({ door, descriptor, wire, folder })));
  } finally {
    await wire.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const lackOf = ({ needs = [] }: Row, options: ConformOptions): string | undefined => {
  const { descriptor, door, server } = options;
  for (const need of needs) {
    if (need === "process") {
      if (door.lacks.process !== undefined) return door.lacks.process;
    } else if (need === "server" ? server === null : valueAt(descriptor, need) === undefined) {
      return `the descriptor has no ${need}`;
    }
  }
  return undefined;
};
