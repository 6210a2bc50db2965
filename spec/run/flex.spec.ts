import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { type Invoke, isFailed } from "../../src/core/invoke.js";
import { AwsBedrockModel } from "../../src/index.js";
import { preferFlex } from "../../src/run/flex.js";
import { roleArn } from "../batch/batches.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { answerOf, requestOf } from "../support/requests.js";
import { localConfig, syncConfig } from "../support/sync-config.js";
import { virtualClock } from "../support/virtual-clock.js";
import { scratch } from "./ledger/scratch.js";

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
    const folder = scratch();
    let files = 0;
    const write = async (
      changes: Record<string, unknown>,
      options: { detach?: boolean; deadlineMs?: number } = {},
    ) => {
      const model_id = "us.amazon.nova-2-lite-v1:0";
      const config = localConfig(bedrock.url, { delivery: "auto", model_id, ...changes });
      return (await new AwsBedrockModel().write(syncConfig(config), rows, undefined, options)).tracking.meta
        .summary;
    };

    it("is asked for by the models that have it, through both APIs", async () => {
      for (const api of ["invoke_model", "converse"])
        expect(await write({ api })).to.include({ enriched: 12 });
      expect(bedrock.stats().bill.flex?.calls).to.equal(24);
      await write({ model_id: "us.amazon.nova-lite-v1:0", log_payloads: true });
      await write({ service_tier: "priority" });
      expect(bedrock.stats().bill.flex?.calls).to.equal(24);
    });

    it("is taken where its price is not known or lower, and left alone where it is not", async () => {
      const path = join(folder, "prices.json");
      const usual = { input: 1, output: 4 };
      for (const [flex, calls] of [
        [{ input: 0.5, output: 2 }, 12],
        [{ input: 1, output: 4 }, 0],
        [{ input: 0.5, output: 5 }, 0],
      ] as const) {
        const before = bedrock.stats().bill.flex?.calls ?? 0;
        const price = { ...usual, service_tiers: { flex } };
        await writeFile(path, JSON.stringify({ prices: { "us.amazon.nova-2-lite-v1:0": price } }));
        const { cost_usd } = await write({ prices_file: path, description: JSON.stringify(flex) });
        expect((bedrock.stats().bill.flex?.calls ?? 0) - before, JSON.stringify(flex)).to.equal(calls);
        expect(cost_usd).to.be.a("number");
      }
    });

    it("goes before batch jobs where it is known to cost less, and after them otherwise", async () => {
      bedrock.setAccount({ batch: { min_records: 10 }, buckets: ["batches"] });
      const path = join(folder, "prices.json");
      for (const [flex, batch, ways] of [
        [{ input: 0.4, output: 2 }, undefined, { flex: 12 }],
        [{ input: 0.5, output: 2 }, undefined, { batch: 12 }],
        [undefined, { input: 1, output: 4 }, { flex: 12 }],
        [{ input: 1, output: 4 }, { input: 1, output: 4 }, { default: 12 }],
      ] as const) {
        const before = structuredClone(bedrock.stats().bill);
        const price = { input: 1, output: 4, service_tiers: { flex, batch } };
        await writeFile(path, JSON.stringify({ prices: { "us.amazon.nova-2-lite-v1:0": price } }));
        const place = { batch_s3_uri: "s3://batches/in/", batch_role_arn: roleArn };
        const ledger = join(folder, `${files++}.jsonl`);
        expect(await write({ prices_file: path, ...place, ledger }, { detach: false })).to.include({
          enriched: 12,
        });
        const after = bedrock.stats().bill;
        const used = Object.keys(after)
          .map((tier) => [tier, (after[tier]?.calls ?? 0) - (before[tier]?.calls ?? 0)] as const)
          .filter(([, calls]) => calls > 0);
        expect(Object.fromEntries(used), JSON.stringify(price)).to.deep.equal(ways);
      }
    });

    it("is left alone where rows are wanted soon", async () => {
      expect(await write({}, { deadlineMs: 60_000 })).to.include({ enriched: 12 });
      expect(bedrock.stats().bill.flex).to.equal(undefined);
      expect(await write({ max_rows: 50 }, { deadlineMs: 3_600_000 })).to.include({ enriched: 12 });
      expect(bedrock.stats().bill.flex?.calls).to.equal(12);
    });

    it("that a model or region refuses is left alone: the default tier answers", async () => {
      const refused = {
        status: 400,
        type: "ValidationException",
        message: "The service tier is not supported.",
      };
      bedrock.setFaults([{ kind: "error", service_tier: "flex", ...refused }]);
      const { enriched, cost_usd } = await write({ max_concurrency: 2 });
      expect(enriched).to.equal(12);
      expect(cost_usd).to.be.a("number");
      const { bill, faults } = bedrock.stats();
      expect(bill.default?.calls).to.equal(12);
      expect(faults.error).to.be.at.most(2);
    });

    it("that has answered before is not asked around where it refuses a row", async () => {
      const refused = { status: 400, type: "ValidationException", message: "Malformed input." };
      bedrock.setFaults([{ kind: "error", includes: "Letter 11.", ...refused }]);
      expect(await write({ max_concurrency: 1 })).to.include({ enriched: 11, failed: 1 });
      expect(bedrock.stats().requests).to.equal(12);
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
