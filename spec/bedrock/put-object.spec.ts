import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-s3";
import { expect } from "chai";
import { putObject } from "../../src/bedrock/objects.js";
import { scratch } from "../run/ledger/scratch.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { sdkKeys } from "../support/sdk-keys.js";

describe("an object that is put once, while another writer is at it,", () => {
  const bedrock = useFreshBedrock({ account: { buckets: ["rows"] } });
  const folder = scratch();
  const conflict = (operation: string, rest: object) => ({
    ...{ kind: "error" as const, operation, status: 409, type: "ConditionalRequestConflict" },
    message: "The conditional request cannot succeed due to a conflicting operation against this resource.",
    ...rest,
  });
  const put = async (bytes: number) => {
    const settings = { region: "us-east-1", endpoint: bedrock.url, credentials: sdkKeys };
    const client = new sdk.S3Client({ ...settings, forcePathStyle: true });
    const path = join(folder, `${bytes}`);
    await writeFile(path, Buffer.alloc(bytes, "a"));
    await putObject("s3://rows/part", path, { store: async () => ({ client, sdk }), once: true });
    const { ContentLength } = await client.send(new sdk.HeadObjectCommand({ Bucket: "rows", Key: "part" }));
    client.destroy();
    return ContentLength;
  };

  it("is put again", async () => {
    bedrock.setFaults([conflict("PutObject", { at: [1, 2] })]);
    expect(await put(10)).to.equal(10);
    expect(bedrock.stats().faults).to.deep.equal({ error: 2 });
  });

  it("is left alone once the other one's is there", async () => {
    bedrock.setFaults([conflict("PutObject", { at: [1], billed: true })]);
    expect(await put(10)).to.equal(10);
  });

  it("is sent again from its first part on", async () => {
    bedrock.setFaults([conflict("CompleteMultipartUpload", { at: [1] })]);
    expect(await put(16_000_001)).to.equal(16_000_001);
  });

  it("is told of, where that does not end", async () => {
    bedrock.setFaults([conflict("PutObject", {})]);
    const failure = await put(10).catch((error: Error) => error);
    expect(failure)
      .to.be.an("error")
      .with.property("message", "cannot write s3://rows/part: others write it at the same time; run again");
  });
});
