import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.js";

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const collector = new URL("collect.js", import.meta.url).href;

interface Seen {
  /** The median over the last half of the run, and the most. */
  readonly residentMb: number;
  readonly peakMb: number;
  /** The most that was in use right after a collection. */
  readonly liveMb: number;
  readonly seconds: number;
}

/**
 * Runs the command line and looks at its memory: what is resident four times a second, and what a collection leaves every two
 * seconds. Throws where it ends with another code than 0.
 */
export const measureCommand = async (args: readonly string[]): Promise<Seen> => {
  const started = performance.now();
  const child = spawn(process.execPath, ["--expose-gc", "--import", collector, program, ...args], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let words = "";
  let liveMb = 0;
  child.on("message", (megabytes: number) => {
    liveMb = Math.max(liveMb, megabytes);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2_000);
  });
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMbOf(child.pid ?? 0)), 250);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${words.trim()}`);
  const seen = samples.filter((sample) => sample > 0);
  return {
    residentMb: median(seen.slice(seen.length / 2)),
    peakMb: Math.max(...seen),
    liveMb,
    seconds: (performance.now() - started) / 1000,
  };
};

const residentMbOf = (pid: number): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
};
