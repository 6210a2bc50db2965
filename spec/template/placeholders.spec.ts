import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { compileTemplate } from "../../src/template/template.js";
import { localConfig } from "../support/sync-config.js";

const complaintOf = (leaf: string): string => {
  try {
    compileTemplate(JSON.stringify({ leaf }));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("two values in one placeholder", () => {
  const refused: [leaf: string, name: string][] = [
    ["{{ Company name }}", "Company name"],
    ["In short: {{ Company name | upcase }}!", "Company name"],
    ["{{ Größe in cm }}", "Größe in cm"],
    ["{{ 2024 sales }}", "2024 sales"],
    ["{{ company.full name }}", "company.full name"],
    ["{{ a - b }}", "a - b"],
    ["{{ name, city }}", "name"],
    ["{{ name | upcase, city }}", "name"],
    ["{% if x %}{% for y in z %}{{ Company name }}{% endfor %}{% endif %}", "Company name"],
  ];
  for (const [leaf, name] of refused)
    it(`are refused, with the way to write a column of that name: ${leaf}`, () => {
      const complaint = complaintOf(leaf);
      expect(complaint).to.include("has two values in one placeholder at leaf: {{");
      expect(complaint).to.include(`{{ record["${name}"] }}`);
    });

  for (const leaf of [
    "{% if first name %}x{% endif %}",
    "{% assign x = first name %}",
    "{% case first name %}{% when 1 %}{% endcase %}",
    "{% echo first name %}",
  ])
    it(`are refused in a tag, too: ${leaf}`, () => {
      expect(complaintOf(leaf)).to.include("has two values in one placeholder").and.to.include("first name");
    });

  for (const leaf of [
    "{{ a == b }} {{ not a }} {{ a and b or c }} {{ a contains 'x' and not b }}",
    "{{ record['Company name'] }} {{ a[0].b['c d'] | default: 'x', allow_false: true }}",
    "{% if a > b and c != 'x y' %}{{ (1..3) | join: ', ' }}{% elsif d %}{% endif %}",
    "{% for x in (1..3) limit: 2 %}{{ x | plus: 1, 2 }}{% endfor %}{% cycle 'a', 'b' %}",
    "{% raw %}{{ Company name }}{% endraw %} {% comment %}{{ Company name }}{% endcomment %}",
  ])
    it(`is not what operators, arguments and paths make: ${leaf}`, () => {
      expect(complaintOf(leaf)).to.equal("");
    });
});

describe("a name that Liquid cannot read", () => {
  for (const name of ["price (USD)", "R&D", "Straße/Nr", "#id", "amount %", "a + b", "E-Mail (work)"])
    it(`is refused with the way to write it: ${name}`, () => {
      const complaint = complaintOf(`Of {{ ok }}: {{ ${name} | upcase }}`);
      expect(complaint).to.match(/^has a Liquid error at leaf: /);
      expect(complaint).to.include(`{{ record["${name}"] }}`);
    });
});

describe("a word of Liquid in a placeholder", () => {
  const remarksOn = async (text: string): Promise<string> => {
    const request_format = { messages: [{ role: "user", content: [{ text }] }] };
    const config = localConfig("http://127.0.0.1:1", { request_format });
    return JSON.stringify(await new AwsBedrockModel().preview(config, []));
  };

  for (const word of ["empty", "blank", "nil", "null"])
    it(`is a remark, with the way to a column called ${word}`, async () => {
      const remark = JSON.stringify(
        `{{ ${word} }} is Liquid's word for nothing; a column of that name is {{ record["${word}"] }}`,
      ).slice(1, -1);
      expect(await remarksOn(`{{ body }}: {{ ${word} }}`)).to.include(remark);
      expect(await remarksOn(`{% if body %}{{ ${word} | upcase }}{% endif %}`)).to.include(remark);
      expect(await remarksOn(`{% if body == ${word} %}x{% endif %} {{ record["${word}"] }}`)).not.to.include(
        "Liquid's word",
      );
    });
});
