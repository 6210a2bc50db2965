import { readFileSync } from "node:fs";
import { expect } from "chai";

/** The modules that are loaded with a module, and the packages among what they import. */
const loadedWith = (path: string): { modules: string[]; packages: string[] } => {
  const modules = new Set<string>();
  const packages = new Set<string>();
  const visit = (url: URL): void => {
    if (modules.has(url.href)) return;
    modules.add(url.href);
    for (const [, name = ""] of readFileSync(url, "utf8").matchAll(staticImport)) {
      if (name.startsWith(".")) visit(new URL(name.replace(/\.js$/, ".ts"), url));
      else if (!name.startsWith("node:")) packages.add(name);
    }
  };
  visit(new URL(`../src/${path}`, import.meta.url));
  return { modules: [...modules], packages: [...packages] };
};

/** What is imported or handed on at once; types are gone at run time. */
const staticImport = /^(?:import|export) (?!type )(?:[^;"]*? from )?"([^"]+)";$/gm;

describe("start-up", () => {
  it("of the command line loads the list of commands and no command", () => {
    const { modules, packages } = loadedWith("cli/main.ts");
    expect(packages).to.deep.equal([]);
    expect(modules.map((url) => url.split("/").at(-1))).to.have.members([
      "main.ts",
      "command-line.ts",
      "index.ts",
      "help.ts",
      "fit-words.ts",
      "reader-gone.ts",
    ]);
  });

  for (const door of ["index.ts", "host/index.ts", "cli/commands/connection-hooks.ts"])
    it(`of ${door} loads no package: not the SDK, nor Ajv, nor Liquid`, () => {
      const { modules, packages } = loadedWith(door);
      expect(modules).to.have.length.above(1);
      expect(packages).to.deep.equal([]);
    });

  it("of a run loads the SDK", () => {
    expect(loadedWith("enrich/session.ts").packages).to.include.members([
      "@aws-sdk/client-bedrock-runtime",
      "ajv",
      "liquidjs",
      "undici",
    ]);
  });
});
