import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import { demoApiKey, demoCredentials, type LocalAccount } from "../../../src/testing/emulator/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { validateMessage } from "../../support/protocol.js";
import { localConfig } from "../../support/sync-config.js";

const lite = "amazon.nova-lite-v1:0";
const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
const claude = {
  request_format:
    '{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"{{ text }}"}]}',
};
const opus = "anthropic.claude-opus-4-5-20251101-v1:0";
const account = "123456789012";
const application = `arn:aws:bedrock:us-east-1:${account}:application-inference-profile/a1b2c3d4`;
const provisioned = `arn:aws:bedrock:us-east-1:${account}:provisioned-model/abcdefghijkl`;
const custom = `arn:aws:bedrock:us-east-1:${account}:custom-model-deployment/abcdefghijkl`;

type Case = readonly [
  what: string,
  account: LocalAccount,
  changes: Record<string, unknown>,
  ...words: (string | RegExp)[],
];

describe("checkConnection, by what AWS says of it", () => {
  const bedrock = useBedrock();

  const check = async (seen: LocalAccount, changes: Record<string, unknown>) => {
    bedrock.setAccount(seen);
    const message = await new AwsBedrockModel().checkConnection(localConfig(bedrock.url, changes));
    expect(validateMessage(message).ok).to.equal(true);
    expect(bedrock.stats()).to.include({ requests: 0, billed: 0 });
    expect(bedrock.stats().models).to.deep.equal({});
    return message.connection_status;
  };
  const holds = (message: string | undefined, words: readonly (string | RegExp)[]): void => {
    for (const word of words)
      if (typeof word === "string") expect(message).to.contain(word);
      else expect(message).to.match(word);
    expect(message ?? "").not.to.match(/\d{12}/);
    expect(message ?? "").not.to.contain(demoCredentials.secret_access_key);
  };

  const fine: readonly Case[] = [
    ["a profile", {}, {}],
    ["a model that is called by its own id", {}, { model_id: lite }],
    ["the ARN of a model", {}, { model_id: `arn:aws:bedrock:us-east-1::foundation-model/${lite}` }],
    ["an API key", {}, { access_key: "", secret_access_key: "", api_key: demoApiKey }],
    [
      "an application profile, without a word on its model",
      { arns: { [application]: haiku } },
      { model_id: application, ...claude },
    ],
    [
      "an ARN whose model model_id names",
      { arns: { [application]: `global.${haiku}` } },
      { model_id: `global.${haiku}`, inference_profile: application, ...claude },
    ],
    [
      "provisioned throughput with a context of its own",
      { arns: { [provisioned]: `${haiku}:200k` } },
      { model_id: haiku, inference_profile: provisioned, ...claude },
    ],
    ["provisioned throughput", { arns: { [provisioned]: haiku } }, { model_id: provisioned, ...claude }],
    ["the deployment of a custom model", { arns: { [custom]: lite } }, { model_id: custom }],
    ["a profile that stays where rows may be", {}, { residency: "us-" }],
    ["a profile that stays in single regions", {}, { residency: "us-east-1, us-east-2,us-west-2" }],
    [
      "a profile whose prefix is new",
      { models: { [`mx.${lite}`]: { offered: false } }, profiles: { [`mx.${lite}`]: ["mx-central-1"] } },
      { model_id: `mx.${lite}`, response_format: '{"output":"{{ a }}"}' },
    ],
  ];
  for (const [what, seen, changes] of fine)
    it(`has nothing to say about ${what}`, async () => {
      expect(await check(seen, changes)).to.deep.equal({ status: "succeeded" });
    });

  const failures: readonly Case[] = [
    [
      "a model that needs a profile, with the profiles to paste",
      {
        models: { [haiku]: { inferenceTypesSupported: ["INFERENCE_PROFILE"] } },
        profiles: { [`us.${haiku}`]: ["us-east-1"], [`global.${haiku}`]: [""] },
      },
      { model_id: haiku, ...claude },
      "through an inference profile only",
      `us-east-1 has it as us.${haiku}, global.${haiku}`,
    ],
    [
      "a model that needs a profile, with those only that residency allows",
      {
        models: { [haiku]: { inferenceTypesSupported: ["INFERENCE_PROFILE"] } },
        profiles: { [`us.${haiku}`]: ["us-east-1"], [`global.${haiku}`]: [""] },
      },
      { model_id: haiku, residency: "us-", ...claude },
      `has it as us.${haiku}: paste`,
    ],
    [
      "a model that needs a profile, when profiles may not be listed",
      {
        models: { [haiku]: { inferenceTypesSupported: ["INFERENCE_PROFILE"] } },
        denied: ["ListInferenceProfiles"],
      },
      { model_id: haiku, ...claude },
      "through an inference profile only",
      "bedrock:ListInferenceProfiles is denied; allow it on *",
    ],
    [
      "a model that answers through bought throughput only",
      { models: { [lite]: { inferenceTypesSupported: ["PROVISIONED"] } } },
      { model_id: lite },
      "Provisioned Throughput only",
    ],
    [
      "a model that the region has as a profile only",
      { models: { [lite]: { offered: false } } },
      { model_id: lite },
      `us-east-1 has it as us.${lite}: paste`,
    ],
    [
      "a model with more profiles than are named, those of the region first",
      {
        models: { [haiku]: { inferenceTypesSupported: ["INFERENCE_PROFILE"] } },
        profiles: {
          [`au.${haiku}`]: ["ap-southeast-2"],
          [`eu.${haiku}`]: ["eu-west-1"],
          [`global.${haiku}`]: [""],
          [`us.${haiku}`]: ["us-west-2"],
          [`jp.${haiku}`]: ["us-east-1"],
        },
      },
      { model_id: haiku, ...claude },
      `us-east-1 has it as jp.${haiku}, us.${haiku}, au.${haiku} and 2 more: paste one of these`,
    ],
    [
      "a model that needs a profile, in the local Bedrock of another region",
      { models: { [haiku]: { inferenceTypesSupported: ["INFERENCE_PROFILE"] } } },
      { model_id: haiku, region: "eu-west-1", ...claude },
      `eu-west-1 has it as eu.${haiku}, global.${haiku}: paste one of these`,
    ],
    [
      "a model that the region does not have at all",
      { models: { [lite]: { offered: false } }, profiles: {} },
      { model_id: lite },
      "does not know this model id",
      "like it there are amazon.nova-2-lite-v1:0",
    ],
    [
      "a slip in the id of a model",
      {},
      { model_id: "amazon.nova-lte-v1:0" },
      "us-east-1 does not have it under any id; did you mean amazon.nova-lite-v1:0?",
    ],
    [
      "a slip in the id of a profile",
      {},
      { model_id: "us.amazon.nova-lte-v1:0" },
      "us-east-1 does not have it under any id; did you mean us.amazon.nova-lite-v1:0?",
    ],
    [
      "a model that AWS does not offer in the region",
      { models: { [lite]: { regionAvailability: "NOT_AVAILABLE" } } },
      { model_id: lite },
      `AWS does not offer ${lite} in us-east-1`,
    ],
    [
      "a profile of another geography",
      { profiles: { [`eu.${lite}`]: ["eu-west-1"] } },
      { region: "eu-west-1" },
      "no such model or profile",
      `eu-west-1 has it as eu.${lite}, ${lite}`,
    ],
    [
      "an ARN of another region",
      {},
      { model_id: `arn:aws:bedrock:us-west-2:${account}:inference-profile/us.${lite}` },
      "set region to us-west-2",
    ],
    [
      "an ARN of another account",
      { id: "999999999999" },
      { inference_profile: application },
      "belongs to another account than the credentials",
    ],
    [
      "a model past its end of life, with its heirs",
      { models: { [lite]: { modelLifecycle: { status: "LEGACY", endOfLifeTime: "2026-01-15T00:00:00Z" } } } },
      {},
      "end of life",
      "It ended on 2026-01-15",
      "same request format: us.amazon.nova-2-lite-v1:0",
    ],
    [
      "a model that is gone and that the region has forgotten",
      { models: { "anthropic.claude-3-opus-20240229-v1:0": { offered: false } }, profiles: {} },
      { model_id: "anthropic.claude-3-opus-20240229-v1:0", ...claude },
      "has reached its end of life",
    ],
    [
      "a model without entitlement",
      { models: { [lite]: { entitlementAvailability: "NOT_AVAILABLE" } } },
      {},
      "no access to this model",
      "entitlement NOT_AVAILABLE",
    ],
    [
      "a model that the account is not authorized for",
      { models: { [lite]: { authorizationStatus: "NOT_AUTHORIZED" } } },
      {},
      "no access to this model",
      "NOT_AUTHORIZED",
    ],
    [
      "a use case form that was never handed in",
      { useCaseForm: false, models: { [haiku]: { agreementAvailability: { status: "NOT_AVAILABLE" } } } },
      { model_id: `us.${haiku}`, ...claude },
      "has not submitted the provider's use case form",
      "PutUseCaseForModelAccess",
    ],
    ["a wrong secret", {}, { secret_access_key: "wJalrXUtnFEMI/K7MDENG" }, "did not accept the credentials"],
    ["an unknown key", {}, { access_key: "AKIAI44QH8DHBEXAMPLE" }, "did not accept the credentials"],
    [
      "an API key that is not good",
      {},
      { access_key: "", secret_access_key: "", api_key: "bedrock-api-key-of-old" },
      "did not accept the credentials",
      "The API key is not valid",
    ],
    [
      "an ARN that hides its model, when AWS may not be asked",
      { arns: { [application]: haiku }, denied: ["GetInferenceProfile"] },
      { model_id: application, ...claude },
      "hides its model",
      "bedrock:GetInferenceProfile is denied; allow it on arn:aws:bedrock:us-east-1:*:application-inference-profile/",
    ],
    [
      "an ARN that hides its model and that AWS does not know",
      {},
      { model_id: application, ...claude },
      "hides its model",
      "none of this name in this region and account",
    ],
    [
      "a profile that runs another family than model_id names",
      { arns: { [application]: haiku } },
      { model_id: lite, inference_profile: application },
      "names the family nova",
      `set model_id to ${haiku}`,
    ],
    [
      "a profile that runs another model than model_id names, which refuses the request",
      { arns: { [application]: "anthropic.claude-opus-4-7" } },
      {
        model_id: haiku,
        inference_profile: application,
        request_format: { ...JSON.parse(claude.request_format), temperature: 0 },
      },
      `model_id names ${haiku}, but what is called runs anthropic.claude-opus-4-7: set it to anthropic.claude-opus-4-7`,
      "request_format does not fit anthropic.claude-opus-4-7: temperature is refused",
    ],
    [
      "a ceiling in dollars that would count at another model's price",
      { arns: { [application]: opus } },
      { model_id: haiku, inference_profile: application, max_spend_usd: "5", ...claude },
      `set it to ${opus}`,
      `max_spend_usd would count at the price of ${haiku}`,
    ],
    [
      "a profile whose prefix is new, where residency does not allow its regions",
      { models: { [`mx.${lite}`]: { offered: false } }, profiles: { [`mx.${lite}`]: ["mx-central-1"] } },
      { model_id: `mx.${lite}`, response_format: '{"output":"{{ a }}"}', residency: "us-" },
      "does not allow: mx-central-1",
    ],
    ["a region outside residency", {}, { residency: "eu-" }, "region is not among the regions"],
    [
      "a global profile",
      {},
      { model_id: `global.${lite}`, residency: "us-" },
      "model_id is a profile that reaches",
    ],
    [
      "a profile that reaches further than residency",
      {},
      { model_id: lite, inference_profile: `us.${lite}`, residency: "us-east-1,us-east-2" },
      "inference_profile is a profile that reaches",
      "us-east-1, us-east-2, us-west-2",
    ],
    [
      "a profile that reaches further than its id says",
      { profiles: { [`us.${lite}`]: ["us-east-1", "ca-central-1"] } },
      { residency: "us-" },
      "us-east-1, ca-central-1",
    ],
    [
      "a profile that may leave residency, when AWS may not be asked",
      { denied: ["GetInferenceProfile"] },
      { residency: "us-east-1" },
      "may reach regions that residency (us-east-1) does not allow",
      "allow it on arn:aws:bedrock:us-east-1:*:inference-profile/us.",
    ],
  ];
  for (const [what, seen, changes, ...words] of failures)
    it(`fails for ${what}`, async () => {
      const { status, message } = await check(seen, changes);
      expect(status, message).to.equal("failed");
      holds(message, words);
    });

  const legacy = {
    status: "LEGACY",
    legacyTime: "2026-05-26T00:00:00Z",
    publicExtendedAccessTime: "2026-08-26T00:00:00Z",
    endOfLifeTime: "2999-11-26T00:00:00Z",
  };
  const newer = { modelLifecycle: { status: "ACTIVE", startOfLifeTime: "2026-09-01T00:00:00Z" } };
  const remarks: readonly Case[] = [
    [
      "a legacy model, with dates and heirs",
      { models: { [lite]: { modelLifecycle: legacy }, "amazon.nova-2-lite-v1:0": newer } },
      {},
      `${lite} is legacy since 2026-05-26; its end of life is 2999-11-26, and from 2026-08-26 on it may cost more.`,
      "same request format: us.amazon.nova-2-lite-v1:0",
    ],
    [
      "an active model that ends soon",
      {
        models: {
          [lite]: {
            modelLifecycle: { status: "ACTIVE", endOfLifeTime: new Date(Date.now() + 864e5).toISOString() },
          },
        },
      },
      {},
      /is active; its end of life is \d{4}-\d\d-\d\d/,
    ],
    [
      "an agreement that the first call makes",
      { models: { [lite]: { agreementAvailability: { status: "NOT_AVAILABLE" } } } },
      {},
      "no agreement",
      "aws-marketplace:Subscribe",
    ],
    [
      "an agreement under way",
      { models: { [lite]: { agreementAvailability: { status: "PENDING" } } } },
      {},
      "being set up",
    ],
    [
      "an agreement that failed, without the account in AWS's words",
      {
        models: {
          [lite]: {
            agreementAvailability: { status: "ERROR", errorMessage: `Account ${account} has no card.` },
          },
        },
      },
      {},
      "failed: Account … has no card",
    ],
    [
      "an ARN that runs another model of the family than model_id names",
      { arns: { [application]: opus } },
      { model_id: haiku, inference_profile: application, ...claude },
      `model_id names ${haiku}, but what is called runs ${opus}`,
      `Set model_id to ${opus}.`,
    ],
    [
      "another model, whose prices are given, under a ceiling in dollars",
      { arns: { [application]: opus } },
      {
        model_id: haiku,
        inference_profile: application,
        max_spend_usd: "5",
        input_price_usd: "5",
        output_price_usd: "25",
        ...claude,
      },
      `Set model_id to ${opus}.`,
    ],
    [
      "a profile that runs another model than model_id names",
      {},
      { model_id: haiku, inference_profile: `us.${opus}`, max_spend_usd: "5", ...claude },
      `Set model_id to ${opus}.`,
    ],
    [
      "an application profile that is global, where model_id does not say so",
      { arns: { [application]: `global.${haiku}` } },
      { model_id: haiku, inference_profile: application, ...claude },
      `Set model_id to global.${haiku}.`,
    ],
    [
      "an application profile that is not global, though model_id says so",
      { arns: { [application]: haiku } },
      { model_id: `global.${haiku}`, inference_profile: application, ...claude },
      `model_id names global.${haiku}, but what is called runs ${haiku}`,
    ],
    [
      "questions that are denied, each with its action and resource",
      { denied: ["GetInferenceProfile", "GetFoundationModel", "GetFoundationModelAvailability"] },
      {},
      "Not checked: what stands behind the profile or ARN (bedrock:GetInferenceProfile is denied; allow it on arn:aws:bedrock:us-east-1:*:inference-profile/us.amazon.nova-lite-v1:0)",
      `the model's state (bedrock:GetFoundationModel is denied; allow it on arn:aws:bedrock:us-east-1::foundation-model/${lite})`,
      "access to the model (bedrock:GetFoundationModelAvailability is denied; allow it on *)",
    ],
    [
      "a use case form that may not be asked for",
      {
        denied: ["GetUseCaseForModelAccess"],
        models: { [haiku]: { agreementAvailability: { status: "NOT_AVAILABLE" } } },
      },
      { model_id: `us.${haiku}`, ...claude },
      "Not checked: the use case form (bedrock:GetUseCaseForModelAccess is denied; allow it on *)",
    ],
  ];
  const heirs = async (request: Record<string, unknown>) => {
    const { message } = await check(
      {
        models: {
          [haiku]: { modelLifecycle: legacy },
          "anthropic.claude-haiku-5-5": newer,
          "anthropic.claude-opus-4-1-20250805-v1:0": newer,
        },
      },
      { model_id: `us.${haiku}`, request_format: { ...JSON.parse(claude.request_format), ...request } },
    );
    return /same request format: ([^;]*)\.$/.exec(message ?? "")?.[1] ?? "";
  };
  it("names as heirs of a legacy model only those that take its request, and none that are legacy too", async () => {
    expect(await heirs({}))
      .to.contain("claude-haiku-5-5")
      .and.not.contain("opus-4-1");
    expect(await heirs({ temperature: 0 }))
      .to.match(/^us\.anthropic\.claude-opus-4-5/)
      .and.not.match(/-5-5|opus-4-1/);
  });

  for (const [what, seen, changes, ...words] of remarks)
    it(`succeeds and speaks of ${what}`, async () => {
      const { status, message } = await check(seen, changes);
      expect(status, message).to.equal("succeeded");
      holds(message, words);
    });

  it("fails where every row would be the same request, unless that is wanted or there are no rows", async () => {
    const request_format = '{"messages":[{"role":"user","content":[{"text":"Hi."}]}]}';
    const { status, message } = await check({}, { request_format });
    expect(status).to.equal("failed");
    expect(message).to.match(/request_format reads no {{ column }}.*put {{ column }} where/);
    expect(await check({}, { request_format, reuse_answers: false })).to.include({ status: "succeeded" });
    for (const stale of [request_format, "see the docs", ""]) {
      const source = localConfig(bedrock.url, { request_format: stale, response_format: "text" });
      expect((await new AwsBedrockModel().checkConnection(source, "source")).connection_status).to.deep.equal(
        {
          status: "succeeded",
        },
      );
    }
  });
});
