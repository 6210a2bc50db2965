import {
  BedrockClient,
  type BedrockClientConfig,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
} from "@aws-sdk/client-bedrock";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import type { LocalAccount } from "../../../src/testing/emulator/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { modelFixtures } from "../../support/fixtures.js";
import { sdkKeys } from "../../support/sdk-keys.js";
import { refusalOf } from "./client.js";

const present = modelFixtures.filter(({ lifecycle }) => lifecycle !== "gone");

describe("emulator: the control plane", () => {
  const emulator = useBedrock();
  let client: BedrockClient;
  const settings = (changes: BedrockClientConfig = {}): BedrockClientConfig => ({
    region: "us-east-1",
    endpoint: emulator.url,
    maxAttempts: 1,
    authSchemePreference: ["sigv4"],
    credentials: sdkKeys,
    ...changes,
  });
  before(() => {
    client = new BedrockClient(settings());
  });
  beforeEach(() => emulator.setAccount({}));
  after(() => {
    client.destroy();
  });

  it("knows every model and profile of the fixtures that is not gone, active and available", async () => {
    const { modelSummaries = [] } = await client.send(new ListFoundationModelsCommand({}));
    const { inferenceProfileSummaries = [] } = await client.send(new ListInferenceProfilesCommand({}));
    expect(modelSummaries.map(({ modelId }) => modelId)).to.have.members(
      present.map(({ modelId }) => modelId),
    );
    expect(inferenceProfileSummaries.map(({ inferenceProfileId }) => inferenceProfileId)).to.have.members(
      present.flatMap(({ inferenceProfiles }) => inferenceProfiles).filter((id) => /^(us|global)\./.test(id)),
    );
    for (const { modelLifecycle } of modelSummaries) expect(modelLifecycle?.status).to.equal("ACTIVE");
    for (const { modelId, profileRequired } of present.slice(0, 8)) {
      const { modelDetails } = await client.send(new GetFoundationModelCommand({ modelIdentifier: modelId }));
      expect(modelDetails?.inferenceTypesSupported).to.deep.equal([
        profileRequired ? "INFERENCE_PROFILE" : "ON_DEMAND",
      ]);
      const { authorizationStatus } = await client.send(
        new GetFoundationModelAvailabilityCommand({ modelId }),
      );
      expect(authorizationStatus).to.equal("AUTHORIZED");
    }
  });

  for (const [region, listed] of [
    ["us-west-2", ["us", "global"]],
    ["eu-north-1", ["eu", "global"]],
    ["ap-northeast-1", ["apac", "jp", "global"]],
    ["ap-southeast-2", ["apac", "au", "global"]],
    ["us-gov-west-1", ["us-gov"]],
  ] as const)
    it(`lists in ${region} the profiles that it may call`, async () => {
      const there = new BedrockClient(settings({ region }));
      const { inferenceProfileSummaries = [] } = await there.send(new ListInferenceProfilesCommand({}));
      there.destroy();
      const geographies = inferenceProfileSummaries.map(({ inferenceProfileId }) =>
        inferenceProfileId?.slice(0, inferenceProfileId.indexOf(".")),
      );
      expect([...new Set(geographies)]).to.have.members(
        listed.filter((at) =>
          present.some(({ inferenceProfiles: ids }) => ids.some((id) => id.startsWith(`${at}.`))),
        ),
      );
    });

  it("tells the regions behind a profile, by its id and by its ARN", async () => {
    const id = "us.amazon.nova-lite-v1:0";
    for (const inferenceProfileIdentifier of [
      id,
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${id}`,
    ]) {
      const profile = await client.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }));
      expect(profile.models?.map(({ modelArn }) => modelArn?.split(":")[3])).to.deep.equal([
        "us-east-1",
        "us-east-2",
        "us-west-2",
      ]);
      expect(profile).to.include({ inferenceProfileId: id, type: "SYSTEM_DEFINED" });
    }
  });

  it("refuses as AWS does: what is not there, what is denied, who is not known", async () => {
    const ask = (asking = client, modelIdentifier = "amazon.nova-lite-v1:0") =>
      refusalOf(asking.send(new GetFoundationModelCommand({ modelIdentifier })));
    expect(await ask(client, "acme.model-1")).to.have.property("name", "ResourceNotFoundException");
    emulator.setAccount({ denied: ["GetFoundationModel"] });
    const denied = await ask();
    expect(denied.name).to.equal("AccessDeniedException");
    expect(denied.message).to.contain(
      "is not authorized to perform: bedrock:GetFoundationModel on resource:",
    );
    const stranger = new BedrockClient(settings({ credentials: { ...sdkKeys, secretAccessKey: "x" } }));
    expect(await ask(stranger)).to.have.property("name", "InvalidSignatureException");
    stranger.destroy();
  });

  it("tells whose the credentials are, and counts no question as a request", async () => {
    const { requests } = emulator.stats();
    const sts = new STSClient({ region: "us-east-1", endpoint: emulator.url, credentials: sdkKeys });
    emulator.setAccount({ id: "210987654321" });
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    expect({ Account, Arn }).to.deep.equal({
      Account: "210987654321",
      Arn: "arn:aws:iam::210987654321:user/demo",
    });
    sts.destroy();
    expect(emulator.stats()).to.deep.include({ requests });
    expect(emulator.stats().control_plane.GetCallerIdentity).to.equal(1);
  });

  it("takes an account over HTTP, and says what is wrong with one", async () => {
    const post = (body: string) => fetch(`${emulator.url}/__account`, { method: "POST", body });
    expect((await post('{"models":{"amazon.nova-lite-v1:0":{"offered":false}}}')).status).to.equal(204);
    const gone = await refusalOf(
      client.send(new GetFoundationModelCommand({ modelIdentifier: "amazon.nova-lite-v1:0" })),
    );
    expect(gone.message).to.contain("Could not resolve the foundation model");
    for (const [body, words] of [
      ["{", "written as JSON"],
      ["[]", "must be an object"],
      ['{"id":"12"}', "id must be 12 digits"],
      ['{"denied":"all"}', "denied must be a list of strings"],
      ['{"modles":{}}', "modles is no field of an account"],
    ] as const) {
      const answer = await post(body);
      expect(answer.status).to.equal(400);
      expect(((await answer.json()) as { message: string }).message).to.contain(words);
    }
    expect(() => emulator.setAccount({ profiles: [] } as unknown as LocalAccount)).to.throw(
      TypeError,
      "profiles",
    );
  });
});
