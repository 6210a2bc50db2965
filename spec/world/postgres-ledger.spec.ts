import { expect } from "chai";
import { inWords } from "./in-words.js";
import { play } from "./world.js";

describe("a world with a ledger in PostgreSQL", () => {
  it("breaks no law in 500 seeds", async () => {
    for (let seed = 2; seed <= 1000; seed += 2) {
      const ended = await play(seed);
      if (ended.broken !== null) expect.fail(inWords(ended));
    }
  });
});
