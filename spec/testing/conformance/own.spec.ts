import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import type { AdapterKind, RuleResult } from "../../../src/testing/conformance/index.js";
import { roleArn } from "../../batch/batches.js";
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

  it("passes the rules of rows and of the ledger with rows delivered by batch jobs where they can be", async () => {
    const own = await ownDescriptor();
    const place = { batch_s3_uri: "s3://batches/in/", batch_role_arn: roleArn };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the suite fills it in.
    const config = { ...own.config, ...place, delivery: "auto", ledger: "${folder}/all.jsonl" };
    const findings = await runConformance({
      ...{ descriptor: { ...own, config, class: classPlace }, connector: AwsBedrockModel },
      ...{ adapter: "class", only: ["W", "L"], timeout: 600 },
    });
    expect(findings.filter(({ verdict }) => verdict !== "pass")).to.deep.equal([]);
    expect(findings).to.have.length.above(15);
  });
});
