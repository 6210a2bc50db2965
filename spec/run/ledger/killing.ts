import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Emulator } from "../../../src/testing/emulator/index.js";
import { readLedgerFile } from "./ledger-file.js";

/** What came of a row in the process that came to its end. */
export interface Ending {
  readonly id: number;
  readonly status: string;
  readonly code: string | null;
}

/** Looked at again and again while a process runs: true kills it. `requests` are those of this process. */
export type Moment = (seen: { readonly requests: number; readonly ledger: Buffer }) => boolean;

export interface Killed {
  readonly endings: Ending[];
  /** For each kill, how many rows it newly left sent and without a word on how it ended. */
  readonly left: number[];
}

interface Job {
  readonly bedrock: Emulator;
  readonly config: Record<string, unknown>;
  readonly rows: readonly { readonly id: number; readonly text: string }[];
  readonly file: string;
}

/** Runs the rows in a process that is killed at each of the moments, and started again until it ends by itself. */
export const runAndKill = async (job: Job, moments: readonly Moment[]): Promise<Killed> => {
  const left: number[] = [];
  for (const moment of [...moments, null]) {
    const before = openRows(job.file);
    const child = start(job);
    const output = text(child.stdout as NonNullable<typeof child.stdout>);
    const closed = once(child, "close");
    const killed = moment ? await killAt(child, moment, job) : false;
    const [code] = await closed;
    if (killed) left.push(openRows(job.file) - before);
    else if (code !== 0) throw new Error(`the process ended with ${code}`);
    else return { endings: parse(await output), left };
  }
  throw new Error("unreachable");
};

const script = fileURLToPath(new URL("child.js", import.meta.url));

const start = ({ config, rows }: Job): ChildProcess => {
  const args = [script, JSON.stringify({ config, rows })];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
};

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Looks every millisecond, which is less than a call takes. False when the process ended before. */
const killAt = async (child: ChildProcess, moment: Moment, { bedrock, file }: Job): Promise<boolean> => {
  const before = bedrock.stats().requests;
  while (child.exitCode === null) {
    if (moment({ requests: bedrock.stats().requests - before, ledger: readIfThere(file) }))
      return child.kill("SIGKILL");
    await delay(1);
  }
  return false;
};

const readIfThere = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
};

const openRows = (file: string): number => readLedgerFile(readIfThere(file)).open;

const parse = (output: string): Ending[] =>
  output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
