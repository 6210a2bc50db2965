/**
 * Prints which accounts fall short with half and with twice each of the pacer's constants, and with which the table of
 * accounts does not tell the difference. `npx tsx bench/constants.ts [WORD IN A NAME [RUNS]]`: ten seconds a
 * constant and three runs of each account.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accounts } from "../spec/run/pacer/accounts/index.js";
import { measure, shortfalls } from "../spec/run/pacer/measure.js";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A number in the source, by its name. */
interface Constant {
  readonly file: string;
  readonly name: string;
  readonly from: number;
  readonly text: string;
}

/** Of `const name = 1;` and of the rows of a table, `row: { name: 1 }`. */
const constantsOf = (file: string, source: string): Constant[] => {
  const single = [...source.matchAll(/^(?:export )?const (\w+) = ([\d._]+(?: \* [\d._]+)*);$/gm)].map(
    ({ index, 0: line, 1: name = "", 2: text = "" }) => ({
      file,
      name,
      from: index + line.lastIndexOf(text),
      text,
    }),
  );
  const rows = [...source.matchAll(/^ {2}(\w+): \{(.*)\},?$/gm)].flatMap(
    ({ index, 0: line, 1: row, 2: body = "" }) =>
      [...body.matchAll(/(\w+): ([\d.]+)/g)].map((cell) => ({
        file,
        name: `${row}.${cell[1]}`,
        from: index + line.indexOf("{") + 1 + cell.index + cell[0].length - (cell[2] ?? "").length,
        text: cell[2] ?? "",
      })),
  );
  return [...single, ...rows];
};

/** What falls clearly short: a few runs are not exact. */
const measureAll = (runs: number): Record<string, string[]> =>
  Object.fromEntries(
    accounts.map((account) => {
      const { goodput, least = 0, wasted, jobMs = 0 } = { ...account, ...account.reached };
      const clearly = {
        goodput: goodput * 0.98,
        least: least * 0.96,
        wasted: wasted * 1.2,
        jobMs: jobMs * 1.1,
      };
      return [account.name, shortfalls(clearly, measure(account, { runs }))];
    }),
  );

const withEach = (word: string, runs: string): void => {
  const copy = mkdtempSync(join(tmpdir(), "constants-"));
  try {
    for (const name of ["src", "spec", "bench/constants.ts", "package.json", "tsconfig.json"])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
    const room = join(copy, "src/run/pacer");
    const here = { cwd: copy, encoding: "utf8" } as const;
    const run = (): Record<string, string[]> =>
      JSON.parse(spawnSync("npx", ["tsx", "bench/constants.ts", "--measure", runs], here).stdout);
    const short = run();
    for (const file of readdirSync(room)) {
      const source = readFileSync(join(room, file), "utf8");
      for (const { name, from, text } of constantsOf(file, source)) {
        if (!`${file} ${name}`.includes(word)) continue;
        for (const factor of [0.5, 2]) {
          const changed = `${source.slice(0, from)}${factor} * ${text}${source.slice(from + text.length)}`;
          writeFileSync(join(room, file), changed);
          const fails = Object.entries(run()).flatMap(([account, what]) =>
            what.length > 0 && short[account]?.length === 0 ? [`${account} (${what.join(", ")})`] : [],
          );
          process.stdout.write(
            `${file} ${name} = ${text}, x ${factor}: ${fails.join("; ") || "no difference"}\n`,
          );
        }
      }
      writeFileSync(join(room, file), source);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const [word = "", runs = "3"] = process.argv.slice(2);
if (word === "--measure") process.stdout.write(JSON.stringify(measureAll(Number(runs))));
else withEach(word, runs);
