import { hash } from "node:crypto";
import { expect } from "chai";
import { createKeySet } from "../../src/batch/plan/key-set.js";

describe("the keys that a run has seen", () => {
  it("are new once, however many there are", () => {
    const keys = Array.from({ length: 20_000 }, (_, id) => hash("sha256", String(id), "hex").slice(0, 32));
    const special = ["0".repeat(32), "f".repeat(32), `${"0".repeat(12)}1${"0".repeat(19)}`];
    const seen = createKeySet();
    for (const key of [...keys, ...special]) expect(seen.add(key)).to.equal(true);
    for (const key of [...special, ...keys]) expect(seen.add(key)).to.equal(false);
  });
});
