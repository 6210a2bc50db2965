import { expect } from "chai";
import { readConnection } from "../../../src/connection/connection.js";
import { sharedPacer } from "../../../src/run/pacer/shared-pacers.js";
import { localConfig } from "../../support/sync-config.js";

const pacerOf = (changes: Record<string, unknown> = {}) =>
  sharedPacer(readConnection(localConfig("http://127.0.0.1:9", changes), []));

describe("the pacer of a connection", () => {
  const keyless = { access_key: "", secret_access_key: "" };
  const others: Readonly<Record<string, Record<string, unknown>>> = {
    "another key": { access_key: "AKIAIOSFODNN7ANOTHER" },
    "an API key": { ...keyless, api_key: "key-1" },
    "another API key": { ...keyless, api_key: "key-2" },
    "a role of another account": { role_arn: "arn:aws:iam::123456789012:role/bedrock" },
    "a role of a third account": { role_arn: "arn:aws:iam::210987654321:role/bedrock" },
    "another region": { region: "us-west-2" },
    "another endpoint": { endpoint: "http://127.0.0.1:10" },
    "another model": { model_id: "us.amazon.nova-pro-v1:0" },
    "another quota": { requests_per_minute: 60 },
  };
  for (const [what, changes] of Object.entries(others))
    it(`is another one for ${what}`, () => {
      const pacer = pacerOf(changes);
      for (const [name, more] of Object.entries({ "the first": {}, ...others }))
        if (name !== what) expect(pacerOf(more), name).not.to.equal(pacer);
    });

  it("is the same one whatever the rows, the limits of a run and the role within the account are", () => {
    expect(pacerOf({ max_concurrency: 3, max_rows: 5, request_format: '{"messages":[]}' })).to.equal(
      pacerOf(),
    );
    const role = "arn:aws:iam::123456789012:role";
    expect(pacerOf({ role_arn: `${role}/one` })).to.equal(pacerOf({ role_arn: `${role}/two` }));
  });

  it("is that of the environment's profile, else of its key, where nothing is given", () => {
    const names = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID"] as const;
    const pacers = [pacerOf(keyless)];
    try {
      for (const name of names.toReversed()) {
        process.env[name] = `${name} 1`;
        pacers.push(pacerOf(keyless));
        process.env[name] = `${name} 2`;
        pacers.push(pacerOf(keyless));
      }
    } finally {
      for (const name of names) delete process.env[name];
    }
    expect(new Set(pacers).size).to.equal(5);
  });
});
