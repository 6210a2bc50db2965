/** Prints what the pacer comes to on the accounts that it is held to and on a grid of others, in virtual time, as JSON. */
import { measureGrid } from "../spec/run/pacer/accounts/grid.js";
import { accounts } from "../spec/run/pacer/accounts/index.js";
import { measure } from "../spec/run/pacer/measure.js";

const [seconds = 60] = process.argv.slice(2).map(Number);
const held = accounts.map((account) => {
  const { name, goodput, wasted, jobMs } = account;
  return { name, goal: { goodput, wasted, jobMs }, reached: measure(account) };
});
process.stdout.write(JSON.stringify({ held, grid: measureGrid(seconds, 3) }));
