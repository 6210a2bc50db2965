import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import type { Descriptor } from "../generated/conformance.js";
import type { Door } from "./door.js";
import type { Row } from "./row.js";
import { rows as allRows } from "./rows/index.js";
import { openAnother, type SharedDoor, shareDoor } from "./shared-door.js";
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
  /** Seconds that a row may take, and a start. Default 60. */
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

/**
 * Runs every row that applies, several at once, each on a line and in a folder of its own. In the order of the rows.
 * A process that ends is started anew, and only rows that end it by themselves fail for it.
 */
export const conform = async (options: ConformOptions): Promise<Finding[]> => {
  const { door, only, patience } = options;
  const chosen = allRows.filter(({ id }) => !only || only.some((beginning) => id.startsWith(beginning)));
  const shared = shareDoor(door, patience ?? defaultPatience);
  try {
    return await pMap(chosen, (row) => judgeFairly(row, shared, options), { concurrency: 8 });
  } finally {
    await shared.close();
  }
};

const defaultPatience = 60;

const judgeFairly = async (row: Row, shared: SharedDoor, options: ConformOptions): Promise<Finding> => {
  const { id, what } = row;
  const lack = lackOf(row, options);
  if (lack !== undefined) return { id, what, verdict: "skipped", because: lack, ms: 0 };
  const door = await shared.current();
  const finding = await judge(row, { ...options, door });
  // Rows share a process: whose call has ended it shows only where a row has one to itself.
  return door.ended() === null ? finding : judgeAlone(row, options);
};

const judgeAlone = async (row: Row, options: ConformOptions): Promise<Finding> => {
  const door = await openAnother(options.door, options.patience ?? defaultPatience);
  try {
    const finding = await judge(row, { ...options, door });
    const ended = door.ended();
    return ended === null || finding.verdict === "fail"
      ? finding
      : { ...finding, verdict: "fail", because: ended };
  } finally {
    await door.close();
  }
};

const judge = async (row: Row, options: ConformOptions): Promise<Finding> => {
  const { id, what } = row;
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
  { descriptor, door, server, patience = defaultPatience }: ConformOptions,
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
