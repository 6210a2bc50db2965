import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import type { AdapterKind, RuleResult } from "../../../src/testing/conformance/index.js";
import { conformanceSuite, library, program } from "../../support/program.js";

const { ownDescriptor, runConformance } = await conformanceSuite();

const command = [...program, "serve"];

const classPlace = { module: library, export: "AwsBedrockModel" };

describe("the conformance suite over AwsBedrockModel and the local Bedrock", () => {
  const judge = async (adapter: AdapterKind) => {
    const descriptor = { ...(await ownDescriptor()), class: classPlace, command };
    const findings = await runConformance({ descriptor, connector: AwsBedrockModel, adapter, timeout: 600 });
    const told = (wanted: RuleResult["verdict"]) =>
      findings.filter(({ verdict }) => verdict === wanted).map(({ id, because }) => `${id} ${because}`);
    return { failed: told("fail"), skipped: told("skipped").map((line) => line.slice(0, 3)) };
  };

  // Most of a run is waiting, so both are started at once.
  let judged: Record<AdapterKind, ReturnType<typeof judge>>;
  before(() => {
    judged = { class: judge("class"), command: judge("command") };
  });

  for (const adapter of ["class", "command"] as const)
    it(`passes every row as a ${adapter}`, async () => {
      const { failed, skipped } = await judged[adapter];
      expect(failed).to.deep.equal([]);
      const objects = adapter === "class" ? [] : ["I01", "I02", "I03", "I04", "I05"];
      expect(skipped).to.deep.equal(objects);
    });

  /** Through real jobs, of one record and more. By `auto` what it does otherwise than `batch`. */
  for (const [delivery, only] of [
    ["batch", undefined],
    ["auto", ["W", "F"]],
  ] as const)
    it(`passes the rules unchanged with delivery: ${delivery}`, async () => {
      // Each suite sets the environment of the process for itself.
      await Promise.all(Object.values(judged));
      const own = await ownDescriptor(delivery);
      const findings = await runConformance({
        ...{ descriptor: { ...own, class: classPlace }, connector: AwsBedrockModel },
        ...{ adapter: "class", timeout: 600, ...(only && { only }) },
      });
      const skipped = findings
        .filter(({ verdict }) => verdict !== "pass")
        .map(({ id, because }) => [id, because]);
      const applies = ([id]: string[]) => findings.some((finding) => finding.id === id);
      expect(skipped).to.have.deep.members(Object.entries(own.not_applicable ?? {}).filter(applies));
      expect(Object.keys(own.not_applicable ?? {})).to.have.length.below(7);
    });
});
