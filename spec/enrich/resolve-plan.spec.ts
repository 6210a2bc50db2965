import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import type { LocalAccount } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const arn = (name: string) => `arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/${name}`;
const nova = "amazon.nova-lite-v1:0";

describe("a run, before its first call", () => {
  const bedrock = useBedrock();

  const asked = () => bedrock.stats().control_plane.GetInferenceProfile ?? 0;
  const write = async (account: LocalAccount, changes: Record<string, unknown>, text = "Hello there.") => {
    bedrock.setAccount(account);
    const config = syncConfig(localConfig(bedrock.url, changes));
    return new AwsBedrockModel().write(config, [{ text }]);
  };
  /** One question at most, no call, and why. */
  const refused = async (account: LocalAccount, changes: Record<string, unknown>, words: string) => {
    const { requests } = bedrock.stats();
    const [row] = rowsOf(await write(account, changes));
    expect(row?._bedrock).to.deep.include({ status: "not_sent", attempts: 0, billed: "no" });
    expect(row?._bedrock.error).to.have.property("code", "invalid_config");
    expect(row?._bedrock.error?.message).to.contain(words);
    expect(bedrock.stats().requests).to.equal(requests);
  };

  it("asks once what an ARN hides, for many calls at once, and reads answers by that family", async () => {
    const model_id = arn("together");
    const before = asked();
    const texts = Array.from({ length: 12 }, (_, row) => `Letter ${row}.`);
    const account = { arns: { [model_id]: nova } };
    const rows = await Promise.all(
      texts.map(async (text) => rowsOf(await write(account, { model_id }, text))[0]),
    );
    for (const row of rows) {
      expect(row?._bedrock).to.include({ status: "enriched", stop_reason: "end_turn", model: model_id });
      expect(row?.completion).to.be.a("string").that.is.not.empty;
    }
    expect(asked()).to.equal(before + 1);
  });

  it("counts at the price of a global profile where an ARN hides one", async () => {
    const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
    const request_format = {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 9,
      messages: [{ role: "user", content: "{{ text }}" }],
    };
    const costs = async (name: string, behind: string) => {
      const account = { arns: { [arn(name)]: behind } };
      const [row] = rowsOf(await write(account, { model_id: arn(name), request_format }));
      return row?._bedrock.cost_usd ?? 0;
    };
    const regional = await costs("regional", `us.${haiku}`);
    expect(regional / (await costs("global", `global.${haiku}`))).to.be.closeTo(1.1, 1e-9);
  });

  it("asks nothing where the settings name the model", async () => {
    const before = asked();
    for (const changes of [
      {},
      { inference_profile: arn("named") },
      { model_id: `us.${nova}`, residency: "us-" },
    ])
      expect((await write({ arns: { [arn("named")]: nova } }, changes)).tracking.success).to.equal(1);
    expect(asked()).to.equal(before);
  });

  it("says that an ARN hides its model where AWS may not be asked, and does not ask for each row", async () => {
    const model_id = arn("denied");
    const account = { arns: { [model_id]: nova }, denied: ["GetInferenceProfile"] };
    const before = asked();
    for (let row = 0; row < 3; row++)
      await refused(
        account,
        { model_id },
        "is an ARN that hides its model: put the ARN into inference_profile",
      );
    expect(asked()).to.equal(before + 1);
  });

  it("goes on without a family where AWS may not be asked and the response format says all", async () => {
    const model_id = arn("unheard");
    const account = { arns: { [model_id]: nova }, denied: ["GetInferenceProfile"] };
    const response_format = '{"output":{"message":{"content":[{"text":"{{ summary }}"}]}}}';
    const [row] = rowsOf(await write(account, { model_id, response_format }));
    expect(row?.summary).to.be.a("string").that.is.not.empty;
  });

  const outside: [what: string, changes: Record<string, unknown>][] = [
    ["a global profile", { model_id: `global.${nova}`, residency: "us-" }],
    ["a profile of another geography", { model_id: `eu.${nova}`, residency: "us-" }],
    ["a region", { residency: "eu-" }],
  ];
  for (const [what, changes] of outside)
    it(`refuses ${what} that leaves residency, and asks nobody`, async () => {
      const before = asked();
      await refused({}, changes, "residency");
      expect(asked()).to.equal(before);
    });

  it("asks where a profile goes that the settings do not settle, and refuses what leaves", async () => {
    const inside = { profiles: { [`us.${nova}`]: ["us-east-1"] } };
    const changes = { residency: "us-east-1" };
    expect((await write(inside, { ...changes, output_field: "a" })).tracking.success).to.equal(1);
    await refused({}, { ...changes, output_field: "b" }, "does not allow: us-east-1, us-east-2, us-west-2");
    const denied = { denied: ["GetInferenceProfile"] };
    await refused(
      denied,
      { ...changes, output_field: "c" },
      "AWS does not tell: bedrock:GetInferenceProfile is denied",
    );
  });

  it("refuses an application profile of which AWS does not tell where it goes", async () => {
    const account = { arns: { [arn("far")]: nova }, denied: ["GetInferenceProfile"] };
    await refused(
      account,
      { inference_profile: arn("far"), residency: "us-" },
      "inference_profile may reach",
    );
  });
});
