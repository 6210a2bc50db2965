import { expect } from "chai";
import { fenceAdvice } from "../../src/template/fence-advice.js";

const sample = { messages: [{ role: "user", content: "Of {{ name }}: {{ body }} {{ note | fence }}" }] };
const long = "I have been waiting for three weeks now and nobody answers my mails or picks up the phone.";

describe("advice to fence free text", () => {
  it("names the columns that hold it, in one sentence", () => {
    const advice = fenceAdvice(sample, [{ name: "Jo", body: long, note: long }]);
    expect(advice).to.deep.equal([
      "request_format puts free text into a prompt without a fence: body. " +
        "{{ body | fence }} marks where such a value begins and ends.",
    ]);
  });

  it("takes several lines for free text, however short", () => {
    expect(fenceAdvice(sample, [{ name: "a", body: "b" }, { name: "a\nb" }])[0]).to.contain("fence: name.");
  });

  for (const [what, template, record] of [
    ["short values", sample, { name: "Jo", body: "Hi.\n", note: long }],
    ["a value that is the whole text", { prompt: "{{ body }}" }, { body: long }],
    ["values that only choose words", { prompt: "{% if body %}a{% endif %} b" }, { body: long }],
    ["records that are none", sample, "text"],
  ] as const)
    it(`is not given for ${what}`, () => {
      expect(fenceAdvice(template as never, [record])).to.deep.equal([]);
    });
});
