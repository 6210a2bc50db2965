import { readdirSync } from "node:fs";
import { expect } from "chai";
import type { Command } from "../../../src/cli/command.js";
import { commands } from "../../../src/cli/commands/index.js";
import { commandHelp, mainHelp } from "../../../src/cli/help.js";

const folder = new URL("../../../src/cli/commands/", import.meta.url);

describe("every command", () => {
  it("that a file holds is listed once, and so in the help", async () => {
    const held: Command[] = [];
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
      const module: object = await import(new URL(file.replace(/\.ts$/, ".js"), folder).href);
      for (const value of Object.values(module))
        if (value && typeof value === "object" && "usage" in value && "run" in value)
          held.push(value as Command);
    }
    const listed = await Promise.all(commands.map(({ load }) => load()));
    expect(listed).to.have.members(held);
    expect(new Set(commands.map(({ name }) => name)).size).to.equal(commands.length);
  });

  for (const listing of commands)
    it(`${listing.name} says what it does, and explains each of its options`, async () => {
      const command = await listing.load();
      expect(mainHelp(commands)).to.contain(`  ${listing.name} `).and.to.contain(listing.summary);
      const help = commandHelp(listing, command);
      for (const [name, { summary }] of Object.entries(command.options)) {
        expect(summary, name).to.not.equal("");
        expect(command.usage.includes(`--${name}`) || command.usage.includes("[options]"), name).to.equal(
          true,
        );
        expect(help, name).to.contain(`--${name}`);
      }
    });
});
