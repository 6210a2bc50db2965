import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { type Invoke, isFailed } from "../../src/core/invoke.js";
import { AwsBedrockModel } from "../../src/index.js";
import { preferFlex } from "../../src/run/flex.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { answerOf, requestOf } from "../support/requests.js";
import { localConfig, syncConfig } from "../support/sync-config.js";
import { virtualClock } from "../support/virtual-clock.js";

const stop = new AbortController().signal;

describe("the flex tier", () => {
  const clock = { ...virtualClock(), sleep: async () => undefined };
  const calls = async (answers: (string | null)[], times = 1) => {
    const tiers: (string | undefined)[] = [];
    const call: Invoke = async ({ serviceTier }) => {
      tiers.push(serviceTier);
      const code = serviceTier === "flex" ? answers.shift() : null;
      return code ? { error: new ConnectorError(code as "overloaded"), attempts: 1 } : answerOf("{}");
    };
    const invoke = preferFlex(clock, call);
    const results = [];
    for (let i = 0; i < times; i++) results.push(await invoke(requestOf(`{"n":${i}}`), stop));
    return { tiers, results };
  };

  it("serves a call, also at the second try", async () => {
    expect((await calls([null])).tiers).to.deep.equal(["flex"]);
    const { tiers, results } = await calls(["throttled_requests", null]);
    expect(tiers).to.deep.equal(["flex", "flex"]);
    expect(results[0]).to.deep.include({ attempts: 2, rejections: { throttled_requests: 1 } });
  });

  it("leaves a call to the default tier where it has no room, and the next ones too", async () => {
    const full = ["throttled_requests", "overloaded", "throttled_tokens"];
    const { tiers, results } = await calls(full, 2);
    expect(tiers).to.deep.equal(["flex", "flex", "flex", undefined, undefined]);
    expect(results.some(isFailed)).to.equal(false);
  });

  it("is no way around what may have been billed", async () => {
    const { tiers, results } = await calls(["service_error"]);
    expect(tiers).to.deep.equal(["flex"]);
    expect(results[0]).to.have.property("error");
  });

  describe("with delivery: auto", () => {
    const bedrock = useFreshBedrock();
    const rows = Array.from({ length: 12 }, (_, id) => ({ text: `Letter ${id}.` }));
    const write = async (changes: Record<string, unknown>) => {
      const model_id = "us.amazon.nova-2-lite-v1:0";
      const config = localConfig(bedrock.url, { delivery: "auto", model_id, ...changes });
      return (await new AwsBedrockModel().write(syncConfig(config), rows)).tracking.meta.summary;
    };

    it("is asked for by the models that have it, through both APIs", async () => {
      for (const api of ["invoke_model", "converse"])
        expect(await write({ api })).to.include({ enriched: 12 });
      expect(bedrock.stats().bill.flex?.calls).to.equal(24);
      await write({ model_id: "us.amazon.nova-lite-v1:0", log_payloads: true });
      await write({ service_tier: "priority" });
      expect(bedrock.stats().bill.flex?.calls).to.equal(24);
    });

    it("that throttles slows nothing down: the default tier answers", async () => {
      const throttled = {
        status: 429,
        type: "ThrottlingException",
        message: "Too many requests, please wait.",
      };
      bedrock.setFaults([{ kind: "error", service_tier: "flex", ...throttled }]);
      expect(await write({ max_concurrency: 1 })).to.include({ enriched: 12 });
      expect(bedrock.stats().bill.default?.calls).to.equal(12);
    });
  });
});
