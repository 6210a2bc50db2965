/**
 * Plays seeds. `npm run world -- SEED [DEFECT]` shows what happens in one, `npm run world -- FROM TO` those of so many that
 * break a law, and `npm run world -- defects` which seed is the first to find each defect.
 */
import "../support/environment.js";
import { defects } from "./defects.js";
import { inWords } from "./in-words.js";
import { play } from "./world.js";

const [first = "1", last = first] = process.argv.slice(2);

if (first === "defects") {
  for (const [name, { defect }] of Object.entries(defects)) {
    let [seed, law] = [0, null as string | null];
    while (law === null && seed < 1000) law = (await play(++seed, defect)).broken;
    console.log(`| ${name} | ${law === null ? "not found" : seed} | ${law} |`);
  }
} else if (Number.isInteger(Number(last)) && last !== first) {
  const seeds = Number(last) - Number(first) + 1;
  let broken = 0;
  for (let seed = Number(first); seed <= Number(last); seed++) {
    const ended = await play(seed);
    if (ended.broken === null) continue;
    broken++;
    console.log(inWords(ended));
  }
  console.log(`${seeds} seeds, ${broken} of which break a law.`);
  process.exitCode = broken > 0 ? 1 : 0;
} else {
  const ended = await play(Number(first), defects[last]?.defect);
  console.log(inWords(ended, Number.POSITIVE_INFINITY));
}
