import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type DoorKind, type Finding, ownDescriptor, runConformance } from "../../src/conformance/index.js";
import { AwsBedrockModel } from "../../src/index.js";

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const command = [process.execPath, "--import", import.meta.resolve("tsx/esm"), program, "serve"];

/** Rows that ask for what the connector may not have. All others are judged. */
const optional = ["S06"];

describe("the conformance suite over AwsBedrockModel and the local Bedrock", function () {
  this.timeout(60_000);
  const judge = async (door: DoorKind) => {
    const descriptor = { ...(await ownDescriptor()), command };
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

  it("finds no row broken by the class", async () => {
    const { failed, skipped } = await judged.class;
    expect(failed).to.deep.equal([]);
    expect([...optional, "L01", "L02", "L10"]).to.include.members(skipped);
  });

  it("finds no row broken by a command, which can also be killed", async () => {
    const { failed, skipped } = await judged.command;
    expect(failed).to.deep.equal([]);
    expect(optional).to.include.members(skipped);
  });
});
