/**
 * `npm run bench -- [part …] [--quick]`: runs the parts, all but `growth`, `files` and `batch` where none is named, prints their tables and
 * writes them to RESULTS.md.
 */
import { type Section, writeSection } from "./report.js";

const parts: Readonly<Record<string, () => Promise<(quick: boolean) => Promise<Section>>>> = {
  startup: async () => (await import("./parts/startup.js")).startup,
  work: async () => (await import("./parts/work.js")).work,
  ledgers: async () => (await import("./parts/ledgers.js")).ledgers,
  worlds: async () => (await import("./parts/worlds.js")).worlds,
  throttling: async () => (await import("./parts/throttling.js")).throttling,
  latency: async () => (await import("./parts/latency.js")).latency,
  simulation: async () => (await import("./parts/simulation.js")).simulation,
  growth: async () => (await import("./parts/growth.js")).growth,
  files: async () => (await import("./parts/files.js")).files,
  batch: async () => (await import("./parts/batch.js")).batch,
};

/** A million rows take minutes of their own. */
const onlyWhenNamed = new Set(["growth", "files", "batch"]);

const given = process.argv.slice(2);
const quick = given.includes("--quick");
const named = given.filter((word) => word !== "--quick");
const unknown = named.find((word) => !Object.hasOwn(parts, word));
if (unknown !== undefined) {
  process.stderr.write(
    `${unknown} is no part of the bench; take some of ${Object.keys(parts).join(", ")}, or --quick\n`,
  );
  process.exit(2);
}
for (const [name, load] of Object.entries(parts)) {
  if (named.length > 0 ? !named.includes(name) : onlyWhenNamed.has(name)) continue;
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${name}\n`);
  try {
    const part = await load();
    writeSection(await part(quick), quick);
  } catch (error) {
    // The other parts are worth their time all the same.
    process.stderr.write(`${name} failed: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
