import { expect } from "chai";
import { areFree, type Told } from "../../src/batch/output/what-is-missing.js";

describe("calls of an ended job that its output has no line of", () => {
  const untold = { manifest: null, state: null, before: null, status: "Completed", hasOutput: true };
  const none = { ...untold, found: 0, missing: 12, planned: 12, hasOutput: false };
  const some = { ...untold, found: 8, missing: 4, planned: 12 };
  const cases: readonly (readonly [what: string, told: Told, isFree: boolean])[] = [
    ["the manifest counts the lines", { ...some, manifest: 8 }, true],
    ["the service counts the lines", { ...some, state: 8 }, true],
    ["nobody counts anything", some, false],
    ["the service has worked on more", { ...some, manifest: 9 }, false],
    ["the service has worked on fewer", { ...some, manifest: 7 }, false],
    ["the job itself says more than its manifest", { ...some, manifest: 8, state: 9 }, false],
    ["the job itself lags behind its manifest", { ...some, manifest: 8, state: 5 }, true],
    ["more was seen while it was at work", { ...some, manifest: 8, before: 9 }, false],
    ["a line is of a call that another job has", { ...some, found: 9, manifest: 9 }, false],
    ["a line is of a call that went another way", { ...some, found: 9, missing: 3, manifest: 9 }, true],
    ["it expired before it began", { ...none, status: "Expired" }, true],
    ["it expired and was seen at work", { ...none, status: "Expired", before: 3 }, false],
    ["it failed, and says that it did nothing", { ...none, status: "Failed", state: 0 }, true],
    ["it failed, says so, and was seen at work", { ...none, status: "Failed", state: 0, before: 7 }, false],
    ["it failed and says no number", { ...none, status: "Failed" }, false],
    ["it was stopped and says no number", { ...none, status: "Stopped" }, false],
    ["it was stopped before it began, and says so", { ...none, status: "Stopped", state: 0 }, true],
    ["it ends as no job is known to", { ...none, status: "Archived" }, false],
  ];
  for (const [what, told, isFree] of cases)
    it(`are ${isFree ? "free" : "held"} where ${what}`, () => {
      expect(areFree(told)).to.equal(isFree);
    });
});
