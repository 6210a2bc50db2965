import { expect } from "chai";
import fc from "fast-check";
import { parseSample } from "../../src/template/parse-sample.js";
import { anyCharacter } from "../support/any-character.js";

const complaint = (text: string): string => {
  try {
    parseSample(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("was accepted");
};

describe("sample: what the host's form makes of a sample", () => {
  it("raw line breaks, tabs and other control characters in a string are accepted", () => {
    expect(parseSample('{"a": "1\n2\r\n3\t4\u00005\u001f"}')).to.deep.equal({
      a: "1\n2\r\n3\t4\u00005\u001f",
    });
  });

  it("a backslash before a raw line break is a typed backslash and an n", () => {
    expect(parseSample('{"a": "x\\\ny"}')).to.deep.equal({ a: "x\\ny" });
  });

  it("an escaped backslash before a raw line break stays one", () => {
    expect(parseSample('{"a": "x\\\\\ny"}')).to.deep.equal({ a: "x\\\ny" });
  });

  it("sound escapes are left alone", () => {
    expect(parseSample('{"a": "\\"\\\\n\\n\\u00e9\\/"}')).to.deep.equal({ a: '"\\n\né/' });
  });

  it("control characters between tokens are not mended", () => {
    expect(() => parseSample('{"a":\u00011}')).to.throw("line 1, column 6");
  });
});

describe("sample: where the JSON breaks", () => {
  const broken: readonly (readonly [string, string, string])[] = [
    ["a missing comma", '{\n "a": 1\n "b": 2}', "line 3, column 2 (comma expected)"],
    [
      "a break after a raw line break in a string",
      '{"a": "1\n2", "b" 3}',
      "line 2, column 9 (colon expected)",
    ],
    ["a trailing comma", '{"a": 1,}', "line 1, column 9 (property name expected)"],
    ["a comment", '{"a": 1} // one', "line 1, column 10"],
    ["single quotes", "{'a': 1}", "line 1, column 2"],
    ["an open string", '{"a": "b}', "line 1, column 7 (unexpected end of string)"],
    ["an escape that JSON lacks", '{"a": "\\x"}', "line 1, column 7 (invalid escape character)"],
    ["an escaped blank", '{"a": "\\ "}', "line 1, column 7 (invalid escape character)"],
    ["a number that JSON lacks", '{"a": 1.}', "line 1, column 7"],
    ["a leading zero", '{"a": 01}', "line 1, column 8"],
    ["NaN", '{"a": NaN}', "line 1, column 7"],
    ["a no-break space", '{\u00a0"a": 1}', "line 1, column 2"],
    ["a second value", '{"a": 1}{', "line 1, column 9"],
    ["nothing", "", "line 1, column 1 (value expected)"],
  ];
  for (const [what, text, place] of broken)
    it(`tells the place of ${what}`, () => {
      expect(complaint(text)).to.contain(`is not valid JSON at ${place}`);
    });

  it("always tells a place and never quotes", () => {
    const token = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"secret"',
      '"',
      "secret",
      "1",
      "-",
      "\\",
      "\n",
      " ",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        try {
          parseSample(tokens.join(""));
        } catch (error) {
          expect((error as Error).message).to.match(/^is not valid JSON at line \d+, column \d+ \([a-z ]+\)/);
          expect((error as Error).message).to.not.contain("secret");
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("sample: hints", () => {
  const bare = "Placeholders stand inside quotes";

  for (const text of ['{"a": {{ x }}}', '{"a": [{{ x }}]}', '{"a": [1, {{x}}]}', '{"a":\n{{ x }}}'])
    it(`for the bare placeholder in ${JSON.stringify(text)}`, () => {
      expect(complaint(text)).to.contain(bare);
    });

  it("not for a placeholder that has its quotes", () => {
    expect(complaint('{"a": "Name: {{ x }}" "b": 1}')).to.not.contain(bare);
  });
});

describe("sample: a text area of the host's form", () => {
  /** What the host's form stores of what a person has typed. */
  const stored = (typed: unknown): string =>
    JSON.parse(JSON.stringify(JSON.stringify(typed, null, 2)).replaceAll("\\n", "n"));

  it("is read as it was typed, though its line breaks arrive as the letter n", () => {
    const typed = { a: [null, true, 1, { b: "no n is lost in here, null" }], n: "nn", none: [null] };
    expect(stored(typed)).to.match(/^\{n {2}"a": \[n {4}null,n/);
    expect(parseSample(stored(typed))).to.deep.equal(typed);
    for (const text of [
      '{n "a": 1n}',
      '{n  "a": {n    "b": 1n  }n}',
      '{n\t"a": 1n}',
      '{n"a":nnull}',
      "[truen]",
    ])
      expect(() => parseSample(text)).not.to.throw();
  });

  it("is read as it was typed, whatever JSON stands in it", () => {
    const letters = fc.jsonValue({ stringUnit: fc.constantFrom("n", "u", "l", " ", ":", '"') });
    fc.assert(
      fc.property(letters, (value) => {
        expect(parseSample(stored(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("says where it breaks, in the person's own lines of text", () => {
    expect(complaint('{n  "a": 1n  "b": 2n}')).to.match(
      /^is not valid JSON at line 1, column \d+ \(comma expected\)/,
    );
  });
});

describe("sample: any JSON", () => {
  const anyJson = fc.jsonValue({ stringUnit: anyCharacter });

  it("is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(parseSample(JSON.stringify(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it("is read the same pretty-printed", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(parseSample(JSON.stringify(value, null, "\t"))).to.deep.equal(
          JSON.parse(JSON.stringify(value)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("is read the same after the form made raw line breaks of its \\n", () => {
    const part = fc.constantFrom("a", "\n", "\\", "\\n", '"', "\t", "é", "n");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const value = { text: parts.join("") };
        expect(parseSample(JSON.stringify(value).replaceAll("\\n", "\n"))).to.deep.equal(value);
      }),
      { numRuns: 500 },
    );
  });
});
