import { expect } from "chai";
import { type DoorKind, type Finding, ownDescriptor, runConformance } from "../../src/conformance/index.js";
import { AwsBedrockModel } from "../../src/index.js";
import { library, program } from "../support/program.js";

const command = [...program, "serve"];

const place = { module: library, export: "AwsBedrockModel" };

describe("the conformance suite over AwsBedrockModel and the local Bedrock", function () {
  this.timeout(60_000);
  const judge = async (door: DoorKind) => {
    const descriptor = { ...(await ownDescriptor()), class: place, command };
    const findings = await runConformance({ descriptor, connector: AwsBedrockModel, door });
    const told = (wanted: Finding["verdict"]) =>
      findings.filter(({ verdict }) => verdict === wanted).map(({ id, because }) => `${id} ${because}`);
    return { failed: told("fail"), skipped: told("skipped").map((line) => line.slice(0, 3)) };
  };

  // Most of a run is waiting, so both are started at once.
  let judged: Record<DoorKind, ReturnType<typeof judge>>;
  before(() => {
    judged = { class: judge("class"), command: judge("command") };
  });

  for (const door of ["class", "command"] as const)
    it(`passes every row as a ${door}; S06 is about a keyword that the specification does not have`, async () => {
      const { failed, skipped } = await judged[door];
      expect(failed).to.deep.equal([]);
      expect(skipped).to.deep.equal(["S06"]);
    });
});
