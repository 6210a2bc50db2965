import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import type { LocalAccount } from "../../src/testing/emulator/index.js";
import { scratch } from "../run/ledger/scratch.js";
import { useBedrock } from "../support/bedrock.js";
import { localConfig } from "../support/sync-config.js";
import { batchConfig, createBucket, letters } from "./batches.js";

describe("before rows are delivered in batch jobs", () => {
  const folder = scratch();
  const bedrock = useBedrock();
  before(() => createBucket(bedrock));
  const config = (changes: Record<string, unknown> = {}) =>
    batchConfig(bedrock, join(folder, "ledger.jsonl"), changes);
  const check = async (settings: Parameters<AwsBedrockModel["checkConnection"]>[0]) =>
    (await new AwsBedrockModel().checkConnection(settings)).connection_status;
  const preview = async (settings: Parameters<AwsBedrockModel["preview"]>[0], rows = letters(100)) => {
    const result = await new AwsBedrockModel().preview(settings, rows);
    if (!("deliveries" in result)) throw new Error("no preview");
    return result;
  };

  it("a check names the policies of the role, filled in, where IAM does not prove it right", async () => {
    bedrock.setAccount({ denied: ["SimulatePrincipalPolicy"] });
    const { status, message = "" } = await check(config({ batch_kms_key: "key-1" }));
    expect(status).to.equal("succeeded");
    const [, trust = "", access = ""] = /trust (\{.*?\}) access (\{.*?\}\]\})/.exec(message) ?? [];
    expect(JSON.parse(trust).Statement[0].Condition.ArnEquals["aws:SourceArn"]).to.equal(
      "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/*",
    );
    const [objects, , keys] = JSON.parse(access).Statement;
    expect(objects.Resource).to.deep.equal(["arn:aws:s3:::batches", "arn:aws:s3:::batches/*"]);
    expect(keys).to.include({ Resource: "key-1" });
    const [, caller = ""] = /the identity itself is asked for: (\{.*?\}\]\})/.exec(message) ?? [];
    expect(
      JSON.parse(caller).Statement.flatMap(({ Action }: { Action: string[] }) => Action),
    ).to.include.members([
      ...["bedrock:CreateModelInvocationJob", "servicequotas:ListServiceQuotas", "iam:PassRole"],
    ]);
    expect(message).to.match(
      /may read and write the bucket, only a job tells \(not asked: iam:Simulate\w+ is denied/,
    );
  });

  describe("a check asks IAM about the role:", () => {
    const name = "batch";
    const trusting = (statement: object) => ({ trust: { Statement: { Effect: "Allow", ...statement } } });
    const bedrockMay = { Principal: { Service: "bedrock.amazonaws.com" }, Action: "sts:AssumeRole" };
    const cases: Readonly<Record<string, readonly [account: LocalAccount, status: string, RegExp]>> = {
      "one that is right": [
        {},
        "succeeded",
        /Bedrock may take on the role batch, and its policies let it read and write/,
      ],
      "one that is not there": [
        { roles: {} },
        "failed",
        /There is no role batch in account 123456789012.*trust \{/,
      ],
      "one that trusts another service": [
        { roles: { [name]: trusting({ ...bedrockMay, Principal: { Service: ["ec2.amazonaws.com"] } }) } },
        ...(["failed", /does not let bedrock\.amazonaws\.com take it on\. Paste: trust \{/] as const),
      ],
      "one whose trust is for another account": [
        {
          roles: {
            [name]: trusting({
              ...bedrockMay,
              Condition: { StringEquals: { "aws:SourceAccount": "999999999999" } },
            }),
          },
        },
        ...(["succeeded", /asks for another account than 123456789012 in aws:SourceAccount/] as const),
      ],
      "one whose trust is for jobs of another region": [
        {
          roles: {
            [name]: trusting({
              ...bedrockMay,
              Condition: {
                ArnLike: { "aws:SourceArn": "arn:aws:bedrock:eu-west-1:*:model-invocation-job/*" },
              },
            }),
          },
        },
        ...(["succeeded", /something else than jobs of us-east-1/] as const),
      ],
      "one that trusts in another way": [
        { roles: { [name]: trusting({ Principal: "*", NotAction: "sts:TagSession" }) } },
        ...(["succeeded", /Bedrock may take on the role batch/] as const),
      ],
      "one that may not write": [
        { roles: { [name]: { may_not: ["s3:PutObject"] } } },
        ...([
          "succeeded",
          /may not do s3:PutObject on arn:aws:s3:::batches\/in\/part-0001\.jsonl\.out;.*access \{/,
        ] as const),
      ],
      "one of another account": [
        { id: "210987654321" },
        ...([
          "succeeded",
          /is a role of account 123456789012, and the credentials are of 210987654321/,
        ] as const),
      ],
      "one that nobody may ask for": [
        { denied: ["GetRole", "SimulatePrincipalPolicy"] },
        ...([
          "succeeded",
          /only a job tells \(not asked: iam:GetRole is denied; allow it on arn:aws:iam/,
        ] as const),
      ],
    };
    for (const [what, [account, expected, words]] of Object.entries(cases))
      it(what, async () => {
        bedrock.setAccount(account);
        const { status, message = "" } = await check(config());
        expect(message).to.match(words);
        expect(status).to.equal(expected);
      });
  });

  it("a check fails where jobs may not be listed, since one is looked for before it is made", async () => {
    bedrock.setAccount({ denied: ["ListModelInvocationJobs"] });
    const { status, message } = await check(config());
    expect(message).to.match(
      /bedrock:ListModelInvocationJobs is denied; allow it on \*, since a job is looked for/,
    );
    expect(status).to.equal("failed");
  });

  it("a check finds a bucket that may not be listed, and one of another region", async () => {
    bedrock.setAccount({});
    bedrock.setFaults([
      {
        kind: "error",
        operation: "ListObjectsV2",
        status: 403,
        type: "AccessDenied",
        message: "Access Denied",
      },
    ]);
    expect((await check(config())).message).to.match(
      /cannot list s3:\/\/batches\/in\/: the credentials may not; they need s3:ListBucket/,
    );
    bedrock.setFaults([]);
    expect((await check(config({ region: "eu-west-1" }))).message).to.match(
      /is in us-east-1, and the jobs are made in eu-west-1: whether Bedrock takes it, only a job tells/,
    );
  });

  it("a check finds out that a bucket is not there, and says what is not known of the model", async () => {
    const { status, message } = await check(config({ batch_s3_uri: "s3://nowhere" }));
    expect(status).to.equal("failed");
    expect(message).to.match(/s3:\/\/nowhere.*there is no such bucket/);
    const request_format = { prompt: "{{ text }}", max_gen_len: 20 };
    const other = await check(config({ model_id: "meta.llama3-8b-instruct-v1:0", request_format }));
    expect(other.message).to.match(/not known to take batch jobs/);
  });

  it("a preview sets the prices of all ways side by side, and says what cannot go them", async () => {
    const { cost_usd, deliveries } = await preview(config());
    expect(deliveries.batch.not).to.deep.equal({});
    expect(deliveries.batch.cost_usd?.expected).to.be.closeTo((cost_usd?.expected ?? 0) / 2, 1e-9);
    expect(deliveries.flex).to.deep.equal({
      ...{ cost_usd: null, not: { "the model is not known to have the flex tier": 100 } },
    });
    const few = await preview(config(), letters(99));
    expect(few.deliveries.batch).to.deep.equal({
      ...{ cost_usd: null, not: { "fewer than the 100 that a job takes": 99 } },
    });
    const guarded = localConfig(bedrock.url, { guardrail_identifier: "g", guardrail_version: "1" });
    expect((await preview(guarded)).deliveries.batch.not).to.deep.equal({
      "batch jobs apply no guardrail": 100,
    });
  });
});
