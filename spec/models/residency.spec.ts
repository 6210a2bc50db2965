import { expect } from "chai";
import { parseModelId } from "../../src/models/model-id.js";
import { whereabouts } from "../../src/models/residency.js";

const nova = "amazon.nova-lite-v1:0";
const application = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a";

describe("where a call may be worked on", () => {
  const cases: [id: string, region: string, allowed: string[], regions: string[] | null, verdict: string][] =
    [
      [nova, "eu-west-1", ["eu-"], null, "inside"],
      [nova, "eu-west-1", ["eu-west-1"], null, "inside"],
      [nova, "eu-west-1", ["eu-west-2", "us-"], null, "outside"],
      [nova, "ap-southeast-2", ["ap-south-1"], null, "outside"],
      [`eu.${nova}`, "eu-west-1", ["eu-"], null, "inside"],
      [`eu.${nova}`, "eu-west-1", ["eu-west-"], null, "unknown"],
      [`eu.${nova}`, "eu-west-1", ["eu-west-"], ["eu-west-1", "eu-west-3"], "inside"],
      [`eu.${nova}`, "eu-west-1", ["eu-west-"], ["eu-west-1", "eu-north-1"], "outside"],
      [`us.${nova}`, "eu-west-1", ["eu-"], null, "outside"],
      [`jp.${nova}`, "ap-northeast-1", ["ap-northeast-1", "ap-northeast-3"], null, "unknown"],
      [`jp.${nova}`, "ap-northeast-1", ["ap-"], null, "inside"],
      [`ca.${nova}`, "ca-central-1", ["ca-"], null, "unknown"],
      [`global.${nova}`, "eu-west-1", ["eu-"], null, "outside"],
      [`global.${nova}`, "eu-west-1", ["eu-"], [""], "outside"],
      [application, "eu-west-1", ["eu-"], null, "unknown"],
      [application, "eu-west-1", ["eu-"], ["eu-west-1"], "inside"],
      ["arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/a", "eu-west-1", ["eu-"], null, "inside"],
      ["arn:aws:bedrock:eu-west-1:123456789012:prompt-router/a", "eu-west-1", ["eu-"], null, "unknown"],
    ];
  for (const [id, region, allowed, regions, verdict] of cases)
    it(`is ${verdict} ${allowed.join(",")} for ${id} from ${region}${regions ? ` by ${regions.join(",")}` : ""}`, () => {
      expect(whereabouts(allowed, region, parseModelId(id), regions)).to.equal(verdict);
    });
});
