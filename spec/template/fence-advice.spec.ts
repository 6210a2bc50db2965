import { expect } from "chai";
import type { Json } from "../../src/core/json.js";
import { adviseFences } from "../../src/template/fence-advice.js";

const sample = { messages: [{ role: "user", content: "Of {{ name }}: {{ body }} {{ note | fence }}" }] };
const long = "I have been waiting for three weeks now and nobody answers my mails or picks up the phone.";

const adviceOn = (template: Json, records: readonly unknown[]): string[] => {
  const advice = adviseFences(template);
  for (const record of records) advice.see(record);
  return advice.remarks();
};

describe("advice to fence free text", () => {
  it("names the columns that hold it, in one sentence", () => {
    const advice = adviceOn(sample, [{ name: "Jo", body: long, note: long }]);
    expect(advice).to.deep.equal([
      "request_format puts free text into a prompt without a fence: body. " +
        "{{ body | fence }} marks where such a value begins and ends.",
    ]);
  });

  it("takes several lines for free text, however short, and in whatever record", () => {
    const records = [...Array(500).fill({ name: "a", body: "b" }), { name: "a\nb" }];
    expect(adviceOn(sample, records)[0]).to.contain("fence: name.");
  });

  for (const prompt of [
    "Summarise: {% if body %}{{ body }}{% endif %}",
    "{% if body %}Summarise: {{ body }}{% endif %}",
    "{% unless short %}Summarise: {% endunless %}{% case short %}{% when 1 %}-{% else %}{{ body }}{% endcase %}",
    "Summarise: {% assign b = body %}{{ b }}",
    "Summarise: {% assign b = body | strip %}{% assign c = b | upcase %}{{ c }}",
    "Summarise: {% assign body = body | strip %}{{ body }}",
    "Summarise: {% if short %}{% assign b = 'x' %}{% else %}{% assign b = body %}{% endif %}{{ b }}",
    "Summarise: {% if short %}{% assign b = body %}{% else %}{% assign b = 'x' %}{% endif %}{{ b }}",
    "Summarise: {% capture b %}[{{ body }}]{% endcapture %}{{ b }}",
    "Summarise: {% for b in body %}{{ b }}{% endfor %}",
    "Summarise: {% assign all = '' %}{% for b in body %}{% assign all = all | append: b %}{% endfor %}{{ all }}",
    "Summarise: {% tablerow b in body %}{{ b }}{% endtablerow %}",
    "Summarise: {% echo body %}",
    "Summarise: {% cycle body, 'x' %}",
    "Summarise: {% liquid\n  assign b = body\n  echo b\n%}",
    "{% raw %}Summarise: {% endraw %}{{ body }}",
    "Summarise: {{ record['body'] }}",
    "Summarise: {{ 'A ticket: ' | append: body }}",
  ])
    it(`sees what a tag prints: ${prompt}`, () => {
      expect(adviceOn({ prompt }, [{ body: "One.\nTwo.", short: 1 }])[0]).to.contain("fence: body.");
      expect(adviceOn({ prompt }, [{ body: ["One.", "One.\nTwo."] }])[0]).to.contain("fence: body.");
    });

  for (const [what, template, record] of [
    ["short values", sample, { name: "Jo", body: "Hi.\n", note: long }],
    ["a value that is the whole text", { prompt: "{{ body }}" }, { body: long }],
    ["a whole text between tags", { prompt: "{% if body %} {{ body }} {% endif %}" }, { body: long }],
    ["values that only choose words", { prompt: "{% if body %}a{% endif %} b" }, { body: long }],
    [
      "values that choose by case",
      { prompt: "{% case body %}{% when 'a' %}a{% endcase %} b" },
      { body: long },
    ],
    ["a fence inside a tag", { prompt: "a {% if body %}{{ body | fence }}{% endif %}" }, { body: long }],
    ["a name of what is fenced", { prompt: "a {% assign b = body | fence %}{{ b }}" }, { body: long }],
    ["a fence around a name", { prompt: "a {% assign b = body %}{{ b | fence: 'b' }}" }, { body: long }],
    ["a name that hides a column", { prompt: "a {% assign body = 'x' %}{{ body }}" }, { body: long }],
    [
      "a name that is not printed",
      { prompt: "a {% assign b = body %}{% if b %}b{% endif %}" },
      { body: long },
    ],
    [
      "the number of a loop",
      { prompt: "a {% for b in body %}{{ forloop.index }}{% endfor %}" },
      { body: [long] },
    ],
    ["records that are none", sample, "text"],
  ] as const)
    it(`is not given for ${what}`, () => {
      expect(adviceOn(template as never, [record])).to.deep.equal([]);
    });
});
