import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { emulate } from "../src/cli/commands/emulate.js";
import { commands } from "../src/cli/commands/index.js";
import { hooks } from "../src/cli/serve/serve-hooks.js";
import { compileSchema } from "../src/core/json-schema.js";
import { quotaForms } from "../src/testing/emulator/quota-words.js";
import { readQuota } from "../src/testing/emulator/read-quota.js";
import {
  blockOf,
  blocksOf,
  brokenLinks,
  linksOf,
  pages,
  readText,
  root,
  sectionOf,
} from "./support/pages.js";

describe("the READMEs", () => {
  it("root: at most 12 KB", () => {
    expect(Buffer.byteLength(readText("README.md"))).to.be.at.most(12 * 1024);
  });

  it("root: links to what the package holds", () => {
    const { files } = JSON.parse(readText("package.json"));
    expect(files).to.include.members(["src/**/README.md", "CHANGELOG.md"]);
    for (const link of linksOf("README.md"))
      expect(link).to.match(/^(#|(src\/([a-z-]+\/)*README\.md|CHANGELOG\.md)(#|$))/);
  });

  it("every room has one, and the map names it", () => {
    const entries = readdirSync(join(root, "src"), { withFileTypes: true });
    const rooms = [
      ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
      ...["run/ledger", "cli/serve", "cli/ruby", "testing/emulator", "testing/conformance"],
    ];
    const map = readText("src/README.md");
    for (const room of rooms) {
      expect(existsSync(join(root, "src", room, "README.md")), room).to.equal(true);
      expect(map).to.contain(`(${room}/README.md)`);
    }
  });

  for (const page of pages) {
    it(`${page}: its links lead to files and headings that are there`, () => {
      expect(brokenLinks(page)).to.deep.equal([]);
    });

    it(`${page}: what it calls JSON is JSON`, () => {
      for (const block of blocksOf(readText(page), "json"))
        expect(() => JSON.parse(block), block).not.to.throw();
    });
  }

  for (const [page, heading, name] of [
    ["src/host/README.md", "A pipeline host", "pipeline"],
    ["src/run/README.md", "Prices", "prices"],
    ["src/testing/conformance/README.md", "Your own connector", "conformance"],
  ] as const)
    it(`${page}: the example under "${heading}" fits schemas/${name}.json`, () => {
      const fits = compileSchema(JSON.parse(readText(`schemas/${name}.json`)));
      expect(fits(JSON.parse(blockOf(page, heading, "json"))), JSON.stringify(fits.errors)).to.equal(true);
    });

  it("the local Bedrock's: it takes the quotas that are shown, and shows all that can be said", () => {
    const page = "src/testing/emulator/README.md";
    const inWords = readText(page).match(/emulate --quota "(.*)"/)?.[1];
    expect(readQuota(inWords)).to.deep.equal(JSON.parse(blockOf(page, "Quota", "json")));
    for (const form of quotaForms) expect(sectionOf(page, "Quota")).to.contain(`\`${form}\``);
    for (const form of quotaForms) expect(emulate.notes?.join(" ")).to.contain(`\`${form}\``);
  });

  it("the command line's: it names every command", () => {
    const table = sectionOf("src/cli/README.md", "Command line");
    for (const { name } of commands) expect(table).to.match(new RegExp(`\`${name}[ \`]`));
  });

  it("the hooks': it names every hook", () => {
    const table = sectionOf("src/hooks/README.md", "The contract");
    const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    for (const name of Object.keys(hooks)) expect(table).to.contain(`\`${camelCase(name)}(`);
  });
});
