/** Part of `npm run lint`: prints what of src is against its plan, and fails where there is anything. */
import { fileURLToPath } from "node:url";
import { plan, wallFaults } from "./walls.js";

const faults = wallFaults(fileURLToPath(new URL("../../src/", import.meta.url)), plan);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
