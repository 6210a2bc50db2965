import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** For each room of a house, which other rooms it may import. A file at the root is a room of its own. */
export type Plan = Readonly<Record<string, readonly string[]>>;

/** The rooms of src, from the ground up. Nothing imports a room that stands behind it in this list. */
export const plan: Plan = {
  core: [],
  generated: [],
  models: ["core", "generated"],
  connection: ["core", "generated", "models"],
  template: ["core", "models", "connection"],
  bedrock: ["core", "models", "connection"],
  tables: ["core"],
  run: ["core", "models", "connection", "tables"],
  enrich: ["core", "models", "connection", "template", "bedrock", "run", "tables"],
  migrate: ["core", "models", "connection", "template", "enrich"],
  reconcile: ["core", "models", "connection", "bedrock", "run", "enrich"],
  batch: ["core", "models", "connection", "bedrock", "run", "enrich"],
  rehearse: ["core", "models", "connection", "run", "enrich"],
  hooks: [
    "core",
    "generated",
    "batch",
    "models",
    "connection",
    "template",
    "bedrock",
    "run",
    "tables",
    "enrich",
    "migrate",
    "reconcile",
  ],
  "connector.ts": ["core", "generated", "connection", "batch", "enrich", "reconcile", "hooks"],
  "index.ts": [
    "core",
    "generated",
    "batch",
    "models",
    "run",
    "enrich",
    "reconcile",
    "rehearse",
    "hooks",
    "connector.ts",
  ],
  rows: ["core", "bedrock"],
  host: ["core", "generated", "template", "tables", "rows", "index.ts"],
  testing: ["core", "generated", "models", "rows", "index.ts"],
  cli: ["core", "connector.ts", "index.ts", "rows", "host", "testing"],
};

/** A module with more lines than this has two subjects. */
const mostLines = 250;

/**
 * What in a folder of sources is against a plan: imports through a wall, files or rooms that import each other in a
 * circle, modules that are too long, exports that no other file there or in the folders of its `users` names. Type
 * imports count, since a reader follows them as well.
 */
export const wallFaults = (src: string, rooms: Plan, users: readonly string[] = []): string[] => {
  const files = filesIn(src);
  const imports = new Map(files.map((file) => [file, importsOf(src, file)]));
  return [
    ...[...imports].flatMap(([file, others]) => trespasses(file, others, rooms)),
    ...circles("files", imports),
    ...circles("rooms", new Map(Object.entries(rooms))),
    ...files.flatMap((file) => tooLong(src, file)),
    ...strays(
      [src, ...users].flatMap((folder) => filesIn(folder).map((file) => join(folder, file))),
      src,
    ),
  ];
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => path.replaceAll(sep, "/"));

const specifier = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)"(\.[^"]+)"/gm;

const importsOf = (src: string, file: string): string[] =>
  [...readFileSync(join(src, file), "utf8").matchAll(specifier)].map(([, path = ""]) =>
    relative(src, join(src, file, "..", path.replace(/\.js$/, ".ts"))).replaceAll(sep, "/"),
  );

const roomOf = (file: string): string => file.split("/")[0] ?? file;

const trespasses = (file: string, imported: readonly string[], rooms: Plan): string[] => {
  const room = roomOf(file);
  const allowed = rooms[room];
  if (!allowed) return [`${file} stands in the room ${room}, which is not in the plan`];
  return imported
    .filter((other) => roomOf(other) !== room && !allowed.includes(roomOf(other)))
    .map((other) => `${file} imports ${other}: ${room} may not import ${roomOf(other)}`);
};

/** The first circle that a walk along the arrows comes back to, as `a -> b -> a`. */
const circles = (of: string, graph: ReadonlyMap<string, readonly string[]>): string[] => {
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): string | null => {
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
    if (circle) return [`a circle of ${of}: ${circle}`];
  }
  return [];
};

const tooLong = (src: string, file: string): string[] => {
  const lines = readFileSync(join(src, file), "utf8").split("\n").length - 1;
  const isData = file.startsWith("generated/");
  return isData || lines <= mostLines ? [] : [`${file} has ${lines} lines, more than ${mostLines}`];
};

const exported = /^export (?:async )?(?:const|function\*?|class|interface|type|let) (\w+)/gm;

/**
 * A door, which is called index.ts, may export what nobody here uses; generated files export what their source has.
 */
const isDoor = (file: string): boolean => /(?:^|\/)index\.ts$|^generated\//.test(file);

const strays = (files: readonly string[], src: string): string[] => {
  const texts = new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
  const users = new Map<string, Set<string>>();
  for (const [file, text] of texts)
    for (const [word] of text.matchAll(/\w+/g)) users.set(word, (users.get(word) ?? new Set()).add(file));
  return [...texts]
    .map(([path, text]) => [relative(src, path).replaceAll(sep, "/"), text] as const)
    .filter(([file]) => !file.startsWith("..") && !isDoor(file))
    .flatMap(([file, text]) =>
      [...text.matchAll(exported)]
        .filter(([, name = ""]) => (users.get(name)?.size ?? 0) < 2)
        .map(([, name]) => `${file} exports ${name}, which no other file names`),
    );
};
