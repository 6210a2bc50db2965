import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { runConformance } from "../../../src/testing/conformance/index.js";

const fragile = fileURLToPath(new URL("../../support/conformance/fragile.mjs", import.meta.url));

describe("a command that ends in the middle of the suite", () => {
  it("fails the row that ends it and no other, be it judged at that moment or later", async () => {
    const descriptor = {
      name: "Fragile",
      command: [process.execPath, fragile],
      config: { key: "k" },
      records: [{ text: "a" }, { text: "b" }, { text: "c" }],
    };
    const findings = await runConformance({ descriptor, only: ["S", "C", "D", "F16", "H"] });
    const failed = findings.filter(({ verdict }) => verdict === "fail");
    expect(failed.map(({ id }) => id)).to.deep.equal(["F16"]);
    expect(failed[0]?.because).to.include("the command has ended");
    expect(findings.filter(({ verdict }) => verdict === "pass")).to.have.lengthOf.above(10);
  });
});
