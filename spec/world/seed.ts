/**
 * Plays seeds: `npm run world -- SEED` shows what happens in one, `npm run world -- FROM TO` those that break a law.
 */
import "../support/environment.js";
import { play } from "./world.js";

const [from = 1, to = from] = process.argv.slice(2).map(Number);
let shown = 0;
const startedAt = performance.now();
for (let seed = from; seed <= to; seed++) {
  const { broken, trace, steps, scenario } = await play(seed);
  if (from !== to && broken === null) continue;
  shown++;
  console.log(`seed ${seed}: ${broken ?? "no law is broken"}, ${steps} steps`);
  if (from === to) {
    console.log(JSON.stringify(scenario, null, 1).replace(/\n\s{3,}/g, " "));
    for (const [at, who, what] of trace)
      console.log(`${at.toFixed(1).padStart(10)} ${who.padEnd(12)} ${what}`);
  }
}
if (from !== to)
  console.log(
    `${to - from + 1} seeds, ${shown} broken, ${((performance.now() - startedAt) / (to - from + 1)).toFixed(1)} ms each`,
  );
process.exitCode = shown > 0 && from !== to ? 1 : 0;
