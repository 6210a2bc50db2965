/**
 * Prints what the pacer comes to on the accounts that it is held to and on a grid of others, in virtual time, as JSON.
 * `npx tsx bench/simulation.ts [SECONDS OF THE GRID [FIRST SEED]]`: each account is run with nine seeds, the specs begin with 1.
 */
import { measureGrid } from "../spec/run/pacer/accounts/grid.js";
import { accounts } from "../spec/run/pacer/accounts/index.js";
import { measure } from "../spec/run/pacer/measure.js";

const [seconds = 60, firstSeed = 1] = process.argv.slice(2).map(Number);
const held = accounts.map((account) => {
  const { name, goodput, wasted, jobMs } = account;
  return { name, goal: { goodput, wasted, jobMs }, reached: measure(account, { firstSeed }) };
});
process.stdout.write(JSON.stringify({ held, grid: measureGrid(seconds, 3) }));
