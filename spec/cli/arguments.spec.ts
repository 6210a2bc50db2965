import { expect } from "chai";
import { readArguments, wholeNumber } from "../../src/cli/arguments.js";
import type { Command } from "../../src/cli/command.js";
import { commands } from "../../src/cli/commands/index.js";
import { commandHelp, mainHelp, usageLine } from "../../src/cli/help.js";
import { modelTable } from "../../src/cli/report/model-table.js";
import { nearest } from "../../src/core/nearest.js";
import type { Model } from "../../src/index.js";

describe("arguments", () => {
  const command: Command = {
    usage: "--config FILE [--port N] [--json]",
    options: {
      config: { value: "FILE", required: true, summary: "the config" },
      port: { value: "N", summary: "the port" },
      json: { summary: "a flag" },
    },
    run: async () => 0,
  };
  const read = (...argv: string[]) => readArguments(command, argv);

  it("reads values and flags, also with = and a lone dash", () => {
    const given = read("--config=a=b", "--json", "--port", "-");
    expect(given.values).to.deep.equal({ config: "a=b", port: "-" });
    expect([...given.flags]).to.deep.equal(["json"]);
  });

  it("takes one argument without a name where the command has one", () => {
    const withFile: Command = { ...command, argument: { value: "FILE", summary: "the file" } };
    expect(readArguments(withFile, ["--config", "f", "rows"]).argument).to.equal("rows");
    expect(readArguments(withFile, ["--config", "f"]).argument).to.equal(undefined);
    expect(() => readArguments(withFile, ["a", "--config", "f", "b"])).to.throw('unexpected argument "b"');
    expect(commandHelp({ name: "try", summary: "", load: async () => withFile }, withFile)).to.match(
      /Options:\n {2}FILE +the file\n/,
    );
  });

  const wrong: [string[], string][] = [
    [["--confgi", "f"], "unknown option --confgi; did you mean --config?"],
    [["--config", "f", "--constructor"], "unknown option --constructor"],
    [["-c", "f"], "unknown option -c"],
    [[], "option --config FILE is missing"],
    [["--config"], "option --config needs a value: --config FILE"],
    [["--config", "--json"], "option --config needs a value: --config FILE"],
    [["--config="], "option --config needs a value: --config FILE"],
    [["--config", "a", "--config", "b"], "option --config is given twice"],
    [["--config", "a", "--json=yes"], "option --json takes no value"],
    [["--config", "a", "rows.csv"], 'unexpected argument "rows.csv"'],
  ];
  for (const [argv, words] of wrong) {
    it(`refuses ${argv.join(" ") || "nothing"}`, () => {
      expect(() => read(...argv))
        .to.throw(words)
        .with.property("exitCode", 2);
    });
  }

  it("reads whole numbers within bounds", () => {
    const limits = { fallback: 9099, least: 0, most: 65535 };
    expect(wholeNumber(read("--config", "f"), "port", limits)).to.equal(9099);
    expect(wholeNumber(read("--config", "f", "--port", "0"), "port", limits)).to.equal(0);
    for (const port of ["65536", "1.5", "1e3", "x"]) {
      expect(() => wholeNumber(read("--config", "f", "--port", port), "port", limits)).to.throw(
        `option --port must be a whole number from 0 to 65535, not ${port}`,
      );
    }
  });

  it("means the nearest word, or none", () => {
    const names = commands.map(({ name }) => name);
    expect(nearest("wriet", names)).to.equal("write");
    expect(nearest("emulator", names)).to.equal("emulate");
    expect(nearest("CHECK", names)).to.equal("check");
    expect(nearest("banana", names)).to.equal(undefined);
  });
});

describe("help", () => {
  it("lists every command, and for each every option that its usage line names", async () => {
    for (const listing of commands) {
      const command = await listing.load();
      expect(mainHelp(commands)).to.contain(`  ${listing.name} `);
      const named = [...command.usage.matchAll(/--([a-z-]+)/g)].map(([, name]) => name);
      const options = Object.keys(command.options);
      if (command.usage.includes("[options]")) expect(options).to.include.members(named);
      else expect(named).to.have.members(options);
      expect(commandHelp(listing, command)).to.contain(usageLine(listing.name, command));
      for (const name of named)
        expect(commandHelp(listing, command)).to.match(new RegExp(`^  --${name} .*\\w`, "m"));
    }
  });

  it("fits a terminal", async () => {
    const details = commands.map(async (listing) => commandHelp(listing, await listing.load()));
    const pages = [mainHelp(commands), ...(await Promise.all(details))];
    for (const line of pages.join("\n").split("\n")) expect(line.length, line).to.be.at.most(112);
  });
});

describe("model table", () => {
  const model: Model = {
    provider: "Meta",
    name: "Llama",
    modelId: "meta.llama-v1:0",
    family: "llama",
    inferenceProfiles: ["us.meta.llama-v1:0", "eu.meta.llama-v1:0"],
    profileRequired: true,
    lifecycle: "active",
    endOfLife: null,
    answers: "text",
    unproven: null,
    limits: null,
    successors: [],
  };
  const bare = { inferenceProfiles: [], profileRequired: false };

  it("groups by provider and marks models that need a profile", () => {
    const other: Model = { ...model, ...bare, provider: "AI21", modelId: "ai21.j" };
    const old: Model = { ...model, name: "Llama 2", lifecycle: "gone", endOfLife: "2026-07-07" };
    expect(modelTable([model, other, old])).to.equal(
      [
        "  NAME     MODEL ID         FAMILY  ANSWERS  PROFILES  LIFECYCLE",
        "",
        "Meta",
        "  Llama    meta.llama-v1:0  llama   text     us eu *   active",
        "  Llama 2  meta.llama-v1:0  llama   text     us eu *   gone, 2026-07-07",
        "",
        "AI21",
        "  Llama    ai21.j           llama   text     -         active",
        "",
      ].join("\n"),
    );
  });

  it("sets apart the models whose body is not known, and says why", () => {
    const unproven: Model = { ...model, ...bare, family: null, unproven: "Its body is not documented." };
    const [known, apart] = modelTable([model, unproven]).split("Not proven: ");
    expect(known).to.contain("llama   text     us eu *");
    expect(apart).to.match(/\n {2}Llama {2}meta\.llama-v1:0 {2}Its body is not documented\.\n$/);
  });
});
