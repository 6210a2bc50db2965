/**
 * Holds the plan of the house: which room of src may import which, and that neither files nor rooms import each other
 * in a circle. Type imports count, since a reader follows them as well.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** What a room may import beside itself. A file at the root of src is a room of its own. */
const mayImport = {
  core: [],
  generated: [],
  models: ["core", "generated"],
  connection: ["core", "generated", "models"],
  template: ["core", "models", "connection"],
  bedrock: ["core", "models", "connection"],
  run: ["core", "models", "connection"],
  enrich: ["core", "models", "connection", "template", "bedrock", "run"],
  hooks: ["core", "generated", "models", "connection", "template", "bedrock", "run", "enrich"],
  "connector.ts": ["core", "generated", "connection", "enrich", "hooks"],
  "index.ts": ["core", "generated", "models", "run", "enrich", "hooks", "connector.ts"],
  rows: ["core"],
  host: ["core", "generated", "template", "rows", "index.ts"],
  testing: ["core", "generated", "models", "index.ts"],
  cli: ["core", "index.ts", "rows", "host", "testing"],
};

const src = fileURLToPath(new URL("../src/", import.meta.url));
const files = readdirSync(src, { recursive: true })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"));

const specifier = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)"(\.[^"]+)"/gm;

const importsOf = (file) =>
  [...readFileSync(join(src, file), "utf8").matchAll(specifier)].map(([, path]) =>
    relative(src, join(src, file, "..", path.replace(/\.js$/, ".ts"))),
  );

const arrows = new Map(files.map((file) => [file, importsOf(file)]));
const roomOf = (file) => file.split("/")[0];

const trespasses = [...arrows].flatMap(([file, imported]) =>
  imported
    .filter((other) => roomOf(other) !== roomOf(file))
    .filter((other) => !mayImport[roomOf(file)]?.includes(roomOf(other)))
    .map((other) => `${file} imports ${other}: ${roomOf(file)} may not import ${roomOf(other)}`),
);

/** The first circle that a walk along the arrows comes back to, as `a -> b -> a`. */
const circleIn = (graph) => {
  const done = new Set();
  const walk = (node, path) => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node].join(" -> ");
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const circle = walk(next, [...path, node]);
      if (circle) return circle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle) return [circle];
  }
  return [];
};

const faults = [
  ...trespasses,
  ...circleIn(arrows).map((circle) => `a circle of files: ${circle}`),
  ...circleIn(new Map(Object.entries(mayImport))).map((circle) => `a circle of rooms: ${circle}`),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
