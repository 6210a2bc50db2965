import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

describe("a row that is larger than Bedrock takes", () => {
  const bedrock = useBedrock();

  it("is not sent, and costs the other rows nothing", async () => {
    const records = [{ text: "x".repeat(25_000_000) }, { text: "One" }];
    const message = await new AwsBedrockModel().write(syncConfig(localConfig(bedrock.url)), records);
    const [large, small] = rowsOf(message);
    expect(large?._bedrock).to.deep.include({ status: "failed", attempts: 0, billed: "no" });
    expect(large?._bedrock.error?.code).to.equal("body_too_large");
    expect(small?._bedrock.status).to.equal("enriched");
    expect(bedrock.stats().requests).to.equal(1);
  });
});
