// What tsc leaves to do in dist/: the program can be run, and the declarations that no entry of the package leads to are not
// there, which would be a third of what it installs.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const reached = new Set();
const reach = (file) => {
  if (reached.has(file) || !existsSync(file)) return;
  reached.add(file);
  for (const [, from] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g))
    reach(resolve(dirname(file), `${from}.d.ts`));
};
for (const { types } of Object.values(exports)) if (types) reach(resolve(types));
for (const file of readdirSync("dist", { recursive: true }))
  if (file.endsWith(".d.ts") && !reached.has(resolve("dist", file))) rmSync(join("dist", file));

chmodSync("dist/cli/main.js", 0o755);
