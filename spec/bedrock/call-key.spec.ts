import { expect } from "chai";
import { withCallKey } from "../../src/bedrock/call-key.js";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { readConnection } from "../../src/connection/connection.js";
import { startServer } from "../support/http-server.js";
import { readPlainly, requestOf } from "../support/requests.js";
import { localConfig } from "../support/sync-config.js";

const header = "x-amzn-bedrock-request-metadata";

/** The metadata of calls with these keys, as they come in, with what the signature covers. */
const metadataOf = async (changes: Record<string, unknown>, keys: readonly string[]) => {
  const seen: unknown[] = [];
  const server = await startServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const signed = String(request.headers.authorization).includes(`;${header}`);
      seen.push([request.headers[header], signed, JSON.parse(body).requestMetadata]);
      response.setHeader("content-type", "application/json");
      response.end("{}");
    });
  });
  try {
    const connection = readConnection(localConfig(server.url, changes), []);
    const invoke = createInvoke(connection, readPlainly);
    for (const key of keys)
      await invoke(
        { ...requestOf('{"messages":[]}', { modelId: connection.modelId }), key },
        new AbortController().signal,
      );
  } finally {
    await server.close();
  }
  return seen;
};

describe("the key of a call", () => {
  it("goes with each InvokeModel call in a signed header, by the SDK and after it", async () => {
    const keys = ["a".repeat(32), "b".repeat(32), "c".repeat(32)];
    expect(await metadataOf({}, keys)).to.deep.equal(
      keys.map((key) => [`{"bedrock_model_call":"${key}"}`, true, undefined]),
    );
  });

  it("goes into the body of Converse, and nowhere where the setting says none", async () => {
    expect(await metadataOf({ api: "converse" }, ["a"])).to.deep.equal([
      [undefined, false, { bedrock_model_call: "a" }],
    ]);
    for (const api of ["converse", "invoke_model"])
      expect(await metadataOf({ api, request_metadata: "none" }, ["a", "b"])).to.deep.equal([
        [undefined, false, undefined],
        [undefined, false, undefined],
      ]);
  });

  it("stands beside the metadata of the user's own request, in the service's limits", () => {
    const full = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`k${index}`, "v"]));
    const taken = (body: object) =>
      JSON.parse(withCallKey(JSON.stringify(body), { key: "key" })).requestMetadata;
    expect(taken({ messages: [], requestMetadata: { team: "a" } })).to.deep.equal({
      ...{ team: "a", bedrock_model_call: "key" },
    });
    expect(taken({ messages: [{ content: [{ text: "requestMetadata" }] }] })).to.deep.equal({
      bedrock_model_call: "key",
    });
    expect(taken({ requestMetadata: full })).to.deep.equal(full);
    expect(taken({ requestMetadata: "wrong" })).to.equal("wrong");
    expect(
      withCallKey('{"id":12345678901234567890,"requestMetadata":{}}', { key: "key", claim: "1-2" }),
    ).to.equal('{"id":12345678901234567890,"requestMetadata":{"bedrock_model_call":"key/1-2"}}');
    expect(withCallKey("{}", { key: "key" })).to.equal("{}");
  });
});
