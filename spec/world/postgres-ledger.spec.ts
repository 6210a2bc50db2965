import { expect } from "chai";
import { play } from "./world.js";

describe("a world with a ledger in PostgreSQL", () => {
  it("breaks no law", async () => {
    for (let seed = 2; seed <= 1000; seed += 2) {
      const { broken } = await play(seed);
      expect(broken, `seed ${seed}`).to.equal(null);
    }
  });
});
