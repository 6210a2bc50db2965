/**
 * Many seeds of the simulated world, on all processors: no law may be broken. Prints each seed that breaks one, with its story,
 * and one line of totals; ends with 1 where there is any. `node --import tsx/esm spec/soak/world.ts [seeds] [first]`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const [seeds = 100_000, first = 1] = process.argv.slice(2).map(Number);
const program = fileURLToPath(new URL("../world/seed.ts", import.meta.url));
const portion = 2_000;
const startedAt = performance.now();
let next = first;
let isBroken = false;

/** Plays one portion after the other in processes of their own, whose memory ends with them. */
const playPortions = async (): Promise<void> => {
  while (next < first + seeds) {
    const [from, to] = [next, Math.min(next + portion, first + seeds) - 1];
    next = to + 1;
    const child = spawn(process.execPath, ["--import", "tsx/esm", program, `${from}`, `${to}`], {
      stdio: "inherit",
    });
    const [code] = await once(child, "exit");
    isBroken ||= code !== 0;
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, playPortions));
const minutes = Math.round((performance.now() - startedAt) / 6_000) / 10;
console.log(
  `${seeds} seeds of the world in ${minutes} minutes: ${isBroken ? "laws are broken" : "no law is broken"}.`,
);
process.exitCode = isBroken ? 1 : 0;
