import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { AwsBedrockModel } from "../../src/index.js";
import { compileOutputSchema } from "../../src/template/output-schema/output-schema.js";
import { compileTemplate } from "../../src/template/template.js";
import { useBedrock } from "../support/bedrock.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const fill = (leaf: string, record: Record<string, unknown> = {}): unknown => {
  const body = compileTemplate(JSON.stringify({ leaf: `<${leaf}>` })).render(record);
  if (body instanceof ConnectorError) return body.detail;
  return String(body.leaf).slice(1, -1);
};

/** Long enough for a pattern that goes back again and again to take for ever. */
const evil = `${"a".repeat(50_000)}!`;

describe("patterns of templates and rows", () => {
  it("take no longer than the text is long", () => {
    expect(fill("{{ q | regex_replace: '^(a+)+$', 'x' }}", { q: evil })).to.equal(evil);
    expect(fill("{{ q | regex_replace: '(a|a)*b', 'x' }}", { q: evil })).to.equal(evil);
    expect(fill("{{ q | match_regex: p }}", { q: evil, p: "^(a+)+$" })).to.match(
      /does not match the pattern/,
    );
  });

  for (const [pattern, text, by, result] of [
    ["\\\\d+(?<=2)", "12 13", "#", "# 13"],
    ["[[:alpha:]]+", "ab1", "#", "#1"],
    ["\\\\u00e9|é", "éa", "#", "#a"],
    ["[\\\\h]+", "xff", "#", "x#"],
    ["(?<first>a)(b)?", "ac", "\\\\1\\\\2-", "a-c"],
    ["x*", "añ", "-", "-a-ñ-"],
    [".", "😀", "#", "#"],
  ] as const)
    it(`replace as Ruby does: ${pattern} in ${text}`, () => {
      expect(
        fill(`{{ q | regex_replace: p, b }}`, {
          q: text,
          p: pattern.replaceAll("\\\\", "\\"),
          b: by.replaceAll("\\\\", "\\"),
        }),
      ).to.equal(result);
    });

  it("match at \\Z in front of a last line break", () => {
    expect(fill("{{ q | match_regex: '\\Aab\\Z' }}", { q: "ab\n" })).to.equal("ab\n");
  });

  const refused = [
    ["a(?=b)", /holds a lookahead, which cannot be run in linear time: \(\?=/],
    ["a(?!b)", /holds a lookahead/],
    ["(a)\\1", /holds a reference back to a group, which cannot be run in linear time: \\1/],
    ["(?>a)b", /holds an atomic group/],
    ["a++b", /holds a possessive repetition/],
    ["(?<=(a))b", /holds a group inside a lookbehind/],
    ["a{2000}", /holds a repetition of more than 1,000/],
    ["[a-z&&[^b]]", /holds an intersection of classes/],
    ["a\\Z", /holds \\Z in front of a last line break/],
    ["\\R", /can be run: invalid escape sequence: \\R/],
    ["(", /can be run: missing closing \)/],
  ] as const;
  for (const [pattern, says] of refused) {
    it(`that hold what cannot be run are refused with the template: ${pattern}`, () => {
      const leaf = `{% if q %}{{ q | regex_replace: "${pattern}", "x" }}{% endif %}`;
      expect(() => fill(leaf)).to.throw(new RegExp(`^has a pattern at leaf that .*${says.source}`));
    });

    it(`and fail their row where a column brings them: ${pattern}`, () => {
      const said = fill("{{ q | regex_replace: p, 'x' }}", { q: "ab", p: `SECRET${pattern}` });
      expect(said)
        .to.match(/^At leaf: regex_replace: the pattern (?:holds|is not a regular expression)/)
        .and.not.contain("SECRET");
    });
  }
});

describe("a run over a row that is made to hold it up", () => {
  const bedrock = useBedrock();

  it("goes on", async () => {
    const request_format = `{"messages":[{"role":"user","content":[{"text":"{{ q | regex_replace: p, 'x' }}"}]}]}`;
    const records = [34, 50_000].map((size) => ({ q: `${"a".repeat(size)}!`, p: "^(a+)+$" }));
    const { tracking } = await new AwsBedrockModel().write(
      syncConfig(localConfig(bedrock.url, { request_format })),
      records,
    );
    expect(tracking.success).to.equal(2);
  });
});

describe("patterns of an output schema", () => {
  const schema = (pattern: string) =>
    compileOutputSchema(JSON.stringify({ type: "object", properties: { q: { type: "string", pattern } } }));

  it("take no longer than the answer is long", () => {
    expect(schema("^(a+)+$").faultsOf({ q: evil })).to.deep.equal(["q: pattern"]);
    expect(schema("^(a+)+$").faultsOf({ q: "aaa" })).to.deep.equal([]);
  });

  it("are JavaScript's", () => {
    expect(schema("^(?<year>\\d{4})-\\u0041\\/$").faultsOf({ q: "2026-A/" })).to.deep.equal([]);
  });

  it("that hold what cannot be run are refused with the schema", () => {
    expect(() => schema("^(?!x)")).to.throw(
      /the pattern \^\(\?!x\) holds a lookahead, which cannot be run in linear time \(\(\?!\)/,
    );
  });
});
