/**
 * `npm test [-- FILES OR OPTIONS OF MOCHA]`. Compiles the sources and the specs once, types checked, in a mirror of the
 * repository, and runs mocha there: a loader that compiles on the fly would take most of the suite's time.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const mirror = join(root, ".specs");
const { resolve } = createRequire(import.meta.url);

const mirrored =
  "src spec schemas fixtures bench .ci .biome.json package.json tsconfig.json README.md CHANGELOG.md LICENSE".split(
    " ",
  );
const left = new Set(["node_modules", "dist"].map((name) => join(root, "bench", name)));

const run = (program, argv) => {
  const stdio = ["ignore", "inherit", "inherit"];
  const { status } = spawnSync(process.execPath, [program, ...argv], { cwd: mirror, stdio });
  if (status !== 0) process.exit(status ?? 1);
};

rmSync(mirror, { recursive: true, force: true });
mkdirSync(mirror);
for (const name of mirrored)
  cpSync(join(root, name), join(mirror, name), { recursive: true, filter: (path) => !left.has(path) });

symlinkSync(join(root, "node_modules"), join(mirror, "node_modules"), "junction");

const tsc = join(dirname(resolve("typescript/package.json")), "lib/tsc.js");
// What a build puts into dist/ is the same code, so the sources are compiled once.
symlinkSync(join(mirror, "src"), join(mirror, "dist"), "junction");
run(tsc, ["-p", "spec", "--noEmit", "false", "--outDir", "."]);

const given = process.argv.slice(2).map((word) => word.replace(/^(spec\/.*)\.ts$/, "$1.js"));
// What takes longest begins first, so that nothing runs alone at the end.
const longest = ["testing/conformance/", "world/", "run/", "cli/", "host/"];
const rank = (file) => {
  const place = longest.findIndex((room) => file.startsWith(room));
  return place < 0 ? longest.length : place;
};
const all = readdirSync(join(mirror, "spec"), { recursive: true })
  .map((file) => file.replaceAll(sep, "/"))
  .filter((file) => file.endsWith(".spec.js"))
  .sort((one, other) => rank(one) - rank(other))
  .map((file) => `spec/${file}`);
const files = given.some((word) => word.startsWith("spec/")) ? [] : all;
run(join(dirname(resolve("mocha/package.json")), "bin/mocha.js"), [...given, ...files]);
