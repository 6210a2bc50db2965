import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { modelData, modelSamples as writtenSamples } from "../../schemas/models.js";
import { knownModels, modelLines } from "../../src/generated/models.js";
import type { Family } from "../../src/models/families/family.js";
import { apiFamilies, families } from "../../src/models/families/index.js";
import { listModels } from "../../src/models/list-models.js";
import { modelSamples } from "../support/fixtures.js";

const root = new URL("../../", import.meta.url);
const filesOf = (folder: string, end: string): string[] =>
  readdirSync(new URL(folder, root)).flatMap((file) =>
    file.endsWith(end) ? [file.slice(0, -end.length)] : [],
  );
const textOf = (path: string): string => readFileSync(new URL(path, root), "utf8");
const namesOf = (known: readonly Family[]): string[] => known.map(({ name }) => name);

const all = [...families, ...Object.values(apiFamilies)];

describe("of a family nothing is forgotten:", () => {
  it("each that a file holds is in the index", async () => {
    const held: string[] = [];
    for (const file of filesOf("src/models/families/", ".ts")) {
      const module: object = await import(`../../src/models/families/${file}.js`);
      for (const value of Object.values(module))
        if (value && typeof value === "object" && "response" in value) held.push((value as Family).name);
    }
    expect(held).to.have.members(namesOf(all));
  });

  it("each has a schema of its requests, and each schema is of one", () => {
    expect(filesOf("schemas/families/", ".json")).to.have.members(namesOf(all));
  });

  it("each has a file of facts, and each file is of one, but for the models without", () => {
    expect(filesOf("src/models/facts/", ".json")).to.have.members([...namesOf(families), "unproven"]);
  });

  it("each has samples, and each folder of samples is of one", () => {
    expect(readdirSync(new URL("fixtures/models/", root))).to.have.members(namesOf(families));
  });
});

describe("of a model nothing is forgotten:", () => {
  for (const { modelId, family, unproven } of listModels())
    it(`${modelId} has one sample, in its family's folder, or the reason why there is none`, () => {
      const folders = modelSamples.flatMap(({ folder, models }) =>
        models.filter((id) => id === modelId).map(() => folder),
      );
      expect(folders).to.deep.equal(family === null ? [] : [family]);
      expect(unproven === null).to.equal(family !== null);
    });

  it("a sample is of models that there are facts of", () => {
    expect(Object.keys(knownModels)).to.include.members(modelSamples.flatMap(({ models }) => models));
  });

  it("what is generated is of the facts and the samples as they are now", () => {
    expect(textOf("src/generated/models.ts").endsWith(modelData())).to.equal(true, "run npm run generate");
    expect(textOf("src/generated/model-samples.ts")).to.equal(writtenSamples(), "run npm run generate");
  });
});

describe("traits of models", () => {
  const read = ({ rules = [], structured = [], reasoningTags = [], chat }: Family): string[] => {
    const doubtful = chat?.doubtful ? [chat.doubtful] : [];
    return [...rules, ...structured, ...reasoningTags, ...doubtful].flatMap(({ trait }) => trait ?? []);
  };
  const had = [...Object.values(knownModels), ...modelLines].flatMap(({ traits = [] }) => traits);

  it("are each read by a family, and each that a family reads is had", () => {
    expect([...new Set(had)]).to.have.members([...new Set(all.flatMap(read))]);
  });

  for (const family of families)
    it(`of the family ${family.name} are read by it or by an API's`, () => {
      const models = Object.values(knownModels).filter((known) => known.family === family.name);
      const wanted = [family, ...Object.values(apiFamilies)].flatMap(read);
      expect(wanted).to.include.members(models.flatMap(({ traits = [] }) => traits));
    });
});
