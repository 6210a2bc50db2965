import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { plan, wallFaults } from "./support/walls.js";

const rooms = { ground: [], first: ["ground"] };

/** What is wrong with a house of these files. */
const faultsOf = (files: Readonly<Record<string, string>>, walls = rooms as Record<string, string[]>) => {
  const src = mkdtempSync(join(tmpdir(), "walls-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(src, file)), { recursive: true });
      writeFileSync(join(src, file), text);
    }
    return wallFaults(src, walls);
  } finally {
    rmSync(src, { recursive: true });
  }
};

describe("the walls of the house", () => {
  it("stand: each room imports what it may, and nothing in a circle", () => {
    const folder = (name: string) => fileURLToPath(new URL(`../${name}/`, import.meta.url));
    const users = ["spec", "schemas", "bench/src"].map(folder);
    expect(wallFaults(folder("src"), plan, users)).to.deep.equal([]);
  });

  it("let the upper floor import the lower one", () => {
    const files = {
      "ground/a.ts": "export const a = 1;\n",
      "first/b.ts": 'import { a } from "../ground/a.js";\n',
    };
    expect(faultsOf(files)).to.deep.equal([]);
  });

  for (const [way, line] of [
    ["an import", 'import { b } from "../first/b.js";\n'],
    ["an import of a type", 'import type { B } from "../first/b.js";\n'],
    ["an import at run time", 'const b = await import("../first/b.js");\n'],
    ["an export", 'export type { B } from "../first/b.js";\n'],
  ] as const)
    it(`do not let it back up by ${way}`, () => {
      expect(faultsOf({ "ground/a.ts": line, "first/b.ts": "" })).to.deep.equal([
        "ground/a.ts imports first/b.ts: ground may not import first",
      ]);
    });

  it("find a circle of files, types counted", () => {
    const files = {
      "ground/a.ts": 'import type { B } from "./b.js";\n',
      "ground/b.ts": 'import { c } from "./c.js";\n',
      "ground/c.ts": 'export type { A } from "./a.js";\n',
    };
    expect(faultsOf(files)).to.deep.equal([
      "a circle of files: ground/a.ts -> ground/b.ts -> ground/c.ts -> ground/a.ts",
    ]);
  });

  it("find a plan whose rooms may import each other", () => {
    expect(faultsOf({ "one/a.ts": "" }, { one: ["two"], two: ["one"] })).to.deep.equal([
      "a circle of rooms: one -> two -> one",
    ]);
  });

  it("find what is exported and used by nobody, but at a door", () => {
    const files = { "ground/a.ts": "export const a = 1;\n", "first/index.ts": "export const b = 2;\n" };
    expect(faultsOf(files)).to.deep.equal(["ground/a.ts exports a, which no other file names"]);
  });

  it("find a room that is not in the plan, and a module of two subjects", () => {
    expect(faultsOf({ "attic/a.ts": "" })).to.deep.equal([
      "attic/a.ts stands in the room attic, which is not in the plan",
    ]);
    expect(faultsOf({ "ground/a.ts": "\n".repeat(251) })).to.deep.equal([
      "ground/a.ts has 251 lines, more than 250",
    ]);
  });
});
