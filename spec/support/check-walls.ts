/** Part of `npm run lint`: prints what of src is against its plan, and fails where there is anything. */
import { fileURLToPath } from "node:url";
import { plan, wallFaults } from "./walls.js";

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}/`, import.meta.url));
const faults = wallFaults(folder("src"), plan, ["spec", "schemas", "bench/src"].map(folder));
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
