import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { createLiquid } from "../../src/template/liquid.js";
import { compileTemplate } from "../../src/template/template.js";

const liquid = createLiquid();

/** The value of an expression. Patterns come in as variables, so that only the filters are judged here. */
const evaluate = (expression: string, scope: Record<string, unknown>): unknown =>
  liquid.evalValueSync(expression, scope);

describe("liquid: cast, as in the host", () => {
  const casts: readonly (readonly [string, unknown, unknown])[] = [
    ["number", "12", 12],
    ["number", " 12.5 apples", 12.5],
    ["number", "1_000", 1000],
    ["number", "1e3", 1000],
    ["number", "-.5", -0.5],
    ["number", "apples", 0],
    ["number", "Infinity", 0],
    ["number", "", 0],
    ["number", null, 0],
    ["number", 3.5, 3.5],
    ["string", 1, "1"],
    ["string", true, "true"],
    ["string", null, ""],
    ["string", { a: [1] }, '{"a":[1]}'],
    ["boolean", "", null],
    ["boolean", null, null],
    ["boolean", "no", true],
    ["boolean", "False", true],
    ["boolean", " ", true],
    ["boolean", 1, true],
    ["boolean", 0, false],
    ["boolean", true, true],
    ["boolean", false, false],
    ["nonsense", "same", "same"],
    ["toString", "same", "same"],
  ];
  for (const [type, value, result] of casts)
    it(`${JSON.stringify(value)} to ${type} is ${JSON.stringify(result)}`, () => {
      expect(evaluate("x | cast: type", { x: value, type })).to.equal(result);
    });

  for (const word of ["0", "f", "F", "false", "FALSE", "off", "OFF"])
    it(`${JSON.stringify(word)} to boolean is false`, () => {
      expect(evaluate('x | cast: "boolean"', { x: word })).to.equal(false);
    });
});

describe("liquid: regex_replace, as in the host", () => {
  const replace = (x: unknown, pattern: string, by?: string, flags?: string): unknown =>
    evaluate(
      `x | regex_replace: pattern${by === undefined ? "" : ", by"}${flags === undefined ? "" : ", flags"}`,
      {
        x,
        pattern,
        by,
        flags,
      },
    );

  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ["replaces every match", replace("a1b2", "[0-9]", "#"), "a#b#"],
    ["replaces by nothing when told nothing", replace("a1b2", "[0-9]"), "ab"],
    ["keeps case apart", replace("aA", "a", "b"), "bA"],
    ["i: ignores case", replace("aA", "a", "b", "i"), "bb"],
    ["^ is the start of every line", replace("a\na", "^a", "b"), "b\nb"],
    ["$ is the end of every line", replace("a\na", "a$", "b"), "b\nb"],
    ["without m the dot stops at a line break", replace("a\nb", "a.b", "c"), "a\nb"],
    ["m: the dot takes line breaks", replace("a\nb", "a.b", "c", "m"), "c"],
    ["x: blanks and comments do not count", replace("ab", "a b # both", "c", "x"), "c"],
    ["x: an escaped blank counts", replace("a b", "a\\ b", "c", "x"), "c"],
    ["x: a blank in brackets counts", replace("a b", "a[ ]b", "c", "x"), "c"],
    ["flags add up", replace("A\nB", "a . b", "c", "mix"), "c"],
    ["\\1 and \\2 are the groups", replace("a1", "([a-z])([0-9])", "\\2\\1"), "1a"],
    ["\\0 is the match", replace("a1", "[0-9]", "<\\0>"), "a<1>"],
    ["\\1 without a group is nothing", replace("a1", "[0-9]", "<\\1>"), "a<>"],
    ["$1, $& and $$ are themselves", replace("a1", "([0-9])", "$1$&$$"), "a$1$&$$"],
    ["\\A and \\z are the ends of the text", replace("a\na", "\\Aa|a\\z", "b"), "b\nb"],
    ["\\A is not the start of a line", replace("b\na", "\\Aa", "c"), "b\na"],
    ["without x a # is itself", replace("see #ff", "#\\h+", "c"), "see c"],
    ["\\h is a hexadecimal digit", replace("xf", "\\h", "#"), "x#"],
  ];
  for (const [what, result, wanted] of cases)
    it(what, () => {
      expect(result).to.equal(wanted);
    });

  it("refuses what is not text", () => {
    expect(() => replace(5, "5", "6")).to.throw("regex_replace: expected text, got number");
    expect(() => replace(null, "5", "6")).to.throw("regex_replace: expected text, got null");
  });

  it("refuses a pattern that is none", () => {
    expect(() => replace("a", "(", "")).to.throw("regex_replace: the pattern is not a regular expression");
  });
});

describe("liquid: match_regex, as in the host", () => {
  it("passes a value that matches, with its type", () => {
    expect(evaluate("x | match_regex: p", { x: "abc", p: "^b|c$" })).to.equal("abc");
    expect(evaluate("x | match_regex: p", { x: 5, p: "5" })).to.equal(5);
  });

  it("takes Ruby's anchors of the whole text", () => {
    expect(evaluate("x | match_regex: p", { x: "12", p: "\\A\\d+\\z" })).to.equal("12");
  });

  it("ends the row where the host prints an error", () => {
    expect(() => evaluate("x | match_regex: p", { x: "abc", p: "^b" })).to.throw("does not match");
  });
});

describe("liquid: to_datetime, as in the host", () => {
  const toDatetime = (x: unknown, format: string): unknown =>
    evaluate("x | to_datetime: format", { x, format });

  const cases: readonly (readonly [string, unknown, string])[] = [
    ["%Y-%m-%d", "2024-01-02", "2024-01-02T00:00:00+00:00"],
    ["%F %T", "2024-01-02 03:04:05", "2024-01-02T03:04:05+00:00"],
    ["%FT%R", "2024-01-02T03:04", "2024-01-02T03:04:00+00:00"],
    ["%d %b %Y", "02 Jan 2024", "2024-01-02T00:00:00+00:00"],
    ["%m/%d/%y", "1/2/24", "2024-01-02T00:00:00+00:00"],
    ["%s", "1700000000", "2023-11-14T22:13:20+00:00"],
    ["%F", "2024-02-29", "2024-02-29T00:00:00+00:00"],
    ["%F %T.%L", "2024-01-02 03:04:05.250", "2024-01-02T03:04:05.250+00:00"],
    ["%F %T.%N", "2024-01-02 03:04:05.250999", "2024-01-02T03:04:05.250+00:00"],
    ["%I:%M %p, %d %B %Y", "03:04 PM, 02 January 2024", "2024-01-02T15:04:00+00:00"],
  ];
  for (const [format, value, result] of cases)
    it(`${format} reads ${value}`, () => {
      expect(toDatetime(value, format)).to.equal(result);
    });

  for (const zoned of [
    "2024-01-02T03:04:05+0200",
    "2024-01-02T03:04:05+02:00",
    "2024-01-02T03:04:05+02",
    "2024-01-02T01:04:05Z",
  ])
    it(`%z reads the zone of ${zoned}`, () => {
      expect(Date.parse(String(toDatetime(zoned, "%FT%T%z")))).to.equal(Date.UTC(2024, 0, 2, 1, 4, 5));
    });

  it("%z reads the zone anywhere", () => {
    expect(Date.parse(String(toDatetime("2024-01-02 +0200 03:04", "%F %z %R")))).to.equal(
      Date.UTC(2024, 0, 2, 1, 4),
    );
  });

  for (const blank of ["", "  ", null])
    it(`passes the blank ${JSON.stringify(blank)}`, () => {
      expect(toDatetime(blank, "%F")).to.equal(blank);
    });

  const wrong: readonly (readonly [string, string])[] = [
    ["tomorrow", "%F"],
    ["2024-01-02 and more", "%F"],
    ["2024-13-01", "%F"],
    ["2024-02-31", "%F"],
    ["2024-01-02 25:00:00", "%F %T"],
  ];
  for (const [value, format] of wrong)
    it(`refuses ${value}`, () => {
      expect(() => toDatetime(value, format)).to.throw("to_datetime: the value is not a date");
    });
});

describe("liquid: a filter's failure", () => {
  const secret = "jane_4711";
  const failures: Record<string, string> = {
    match_regex: "{{ x | match_regex: 'nobody' }}",
    "match_regex in a text": "Hi {{ x | match_regex: 'nobody' }}",
    regex_replace: "{{ list | regex_replace: 'a', 'b' }}",
    "regex_replace with a column for a pattern": "{{ x | regex_replace: broken }}",
    to_datetime: "{{ x | to_datetime: '%F' }}",
    "to_datetime with a column for a format": "{{ name | to_datetime: x }}",
  };
  for (const [what, leaf] of Object.entries(failures))
    it(`is the row's error and holds none of its values: ${what}`, () => {
      const { render } = compileTemplate(JSON.stringify({ leaf }));
      const error = render({ x: secret, name: "Jane", list: [secret], broken: `(${secret}` });
      expect(error)
        .to.be.instanceOf(ConnectorError)
        .and.to.include({ code: "template_failed", billed: "no" });
      expect((error as ConnectorError).message).to.not.contain(secret);
    });
});

describe("liquid: patterns as the host's users write them", () => {
  const fill = (leaf: string, x: string): unknown => {
    const body = compileTemplate(JSON.stringify({ leaf })).render({ x });
    return body instanceof ConnectorError ? body.message : body.leaf;
  };

  it("\\d and \\s in a pattern", () => {
    expect(fill("<{{ x | regex_replace: '\\d+\\s', '#' }}>", "a12 b")).to.equal("<a#b>");
  });

  it("\\1 in a replacement", () => {
    expect(fill('<{{ x | regex_replace: "(b)", "[\\1]" }}>', "abc")).to.equal("<a[b]c>");
  });

  it("\\A and \\z around a pattern", () => {
    expect(fill("<{{ x | match_regex: '\\A\\w+\\z' }}>", "abc")).to.equal("<abc>");
  });
});
