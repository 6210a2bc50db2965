import { expect } from "chai";
import { defects } from "./defects.js";
import { inWords } from "./in-words.js";
import { play } from "./world.js";

describe("a world with a defect", () => {
  for (const [name, { seed, defect }] of Object.entries(defects))
    it(`finds that ${name}`, async () => {
      // The seed that found it once, and where the story has changed since, any of a thousand.
      let ended = await play(seed, defect);
      for (let other = 1; ended.broken === null && other <= 1000; other++) ended = await play(other, defect);
      expect(ended.broken).to.be.a("string");
    });
});

describe("a seed", () => {
  it("is one run, to the byte", async () => {
    for (const seed of [1, 2, 19, 28]) {
      const { trace, steps } = await play(seed);
      expect(await play(seed)).to.deep.include({ trace, steps });
    }
  });

  it("that breaks a law is told with the command that repeats it and a story that is short", async () => {
    const { seed, defect } = defects["a lost connection counts as none"] as (typeof defects)[string];
    const lines = inWords(await play(seed, defect)).split("\n");
    expect(lines[0]).to.match(/^Seed \d+: a row is paid for twice \(Row \d+\)\.$/);
    expect(lines[1]).to.equal(`Repeat it: npm run world -- ${seed}`);
    expect(lines.length).to.be.at.most(50);
  });
});
