import { expect } from "chai";
import type { JsonObject } from "../../src/core/json.js";
import { families } from "../../src/models/families/index.js";
import { checkBody, lintBody } from "../../src/models/lint-body.js";
import { modelFixtures } from "../support/fixtures.js";

const familyOf = (name: string) => families.find((family) => family.name === name) ?? null;
const claude = familyOf("claude");
const sound = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hi" }],
};
const nothing = { wrong: [], doubtful: [] };

describe("body check: what Bedrock is certain to refuse", () => {
  const wrong: readonly (readonly [string, JsonObject, string])[] = [
    ["a missing key", { ...sound, messages: undefined } as unknown as JsonObject, "the body lacks messages"],
    ["a missing key inside", { ...sound, messages: [{ role: "user" }] }, "messages.0 lacks content"],
    ["text for a number", { ...sound, max_tokens: "secret" }, "max_tokens must be integer"],
    ["a fraction for an integer", { ...sound, max_tokens: 1.5 }, "max_tokens must be integer"],
    ["an object for a list", { ...sound, messages: { secret: 1 } }, "messages must be array"],
    ["a number for text or a list", { ...sound, system: 4711 }, "system must be string or array"],
  ];
  for (const [what, body, sentence] of wrong)
    it(what, () => {
      const plain = JSON.parse(JSON.stringify(body)) as JsonObject;
      expect(lintBody(claude, plain)).to.deep.equal({ wrong: [sentence], doubtful: [] });
      const error = checkBody(claude, plain);
      expect(error).to.include({ code: "invalid_body", billed: "no", retryable: false });
      expect(error?.message)
        .to.contain(sentence)
        .and.not.match(/secret|4711/);
    });

  it("all of it is told at once", () => {
    expect(lintBody(claude, {}).wrong).to.deep.equal([
      "the body lacks anthropic_version",
      "the body lacks max_tokens",
      "the body lacks messages",
    ]);
  });

  for (const { name } of families)
    it(`${name}: an empty body`, () => {
      expect(checkBody(familyOf(name), {})).to.include({ code: "invalid_body" });
    });
});

describe("body check: what Bedrock may know better", () => {
  const doubtful: readonly (readonly [string, JsonObject, string])[] = [
    ["an unknown key", { ...sound, effort: "secret" }, "the body has the unknown key effort"],
    ["a number above its range", { ...sound, temperature: 4711 }, "temperature must be <= 1"],
    ["a number below its range", { ...sound, max_tokens: 0 }, "max_tokens must be >= 1"],
    ["an empty list", { ...sound, messages: [] }, "messages must NOT have fewer than 1 items"],
    [
      "an unknown word",
      { ...sound, messages: [{ role: "secret", content: "" }] },
      "messages.0.role must be one of",
    ],
    [
      "another constant",
      { ...sound, anthropic_version: "secret" },
      "anthropic_version must be bedrock-2023-05-31",
    ],
  ];
  for (const [what, body, sentence] of doubtful)
    it(what, () => {
      const findings = lintBody(claude, body);
      expect(findings.wrong).to.deep.equal([]);
      expect(findings.doubtful).to.have.length(1);
      expect(findings.doubtful[0])
        .to.contain(sentence)
        .and.not.match(/secret|4711/);
      expect(checkBody(claude, body)).to.equal(null);
    });
});

describe("body check: what is sound", () => {
  for (const { name, family, modelId, request } of modelFixtures)
    it(`the sample request of ${name}`, () => {
      expect(lintBody(familyOf(family), request, undefined, [modelId])).to.deep.equal(nothing);
    });

  it("any body of a model that no family knows", () => {
    expect(lintBody(null, { anything: 1 })).to.deep.equal(nothing);
    expect(checkBody(null, {})).to.equal(null);
  });
});
