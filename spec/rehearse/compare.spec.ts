import { expect } from "chai";
import type { Json } from "../../src/core/json.js";
import { kindOf, likeOther } from "../../src/rehearse/compare/kinds.js";
import { likenessOf } from "../../src/rehearse/compare/values.js";

describe("what a column holds", () => {
  const labels = ["spam", "ham", "Spam ", "ham", "spam", "ham", "ham"];
  for (const [kind, before, after] of [
    ["category", labels, labels],
    ["category", [true, false], [true, true]],
    [
      "category",
      ["spam", "ham", "ham", "ham", "ham", "ham"],
      ["a long answer that was never seen before", "x", "y", "z", "u", "v"],
    ],
    ["number", [1, 2.5], [3, null]],
    ["vector", [[0.1, 0.2, 0.3]], [[0.1, 0.2, 0.4]]],
    ["json", [["a", "b"]], [["a"]]],
    ["json", [{ a: 1 }], ["no object"]],
    ["text", ["One sentence.", "Another one.", "A third."], ["One.", "Two.", "Three."]],
    ["text", ["x".repeat(200), "x".repeat(200), "x".repeat(200)], ["x", "x", "x"]],
    ["category", [null], [null]],
  ] as const)
    it(`${kind}: ${JSON.stringify(before).slice(0, 60)}`, () => {
      expect(kindOf(before as unknown as Json[], after as unknown as Json[])).to.equal(kind);
    });

  it("a cell of a table takes the type of the other side", () => {
    expect(likeOther("3", [4])).to.equal(3);
    expect(likeOther("", [4])).to.equal(null);
    expect(likeOther("true", [false])).to.equal(true);
    expect(likeOther('["a"]', [["b"]])).to.deep.equal(["a"]);
    expect(likeOther("3", ["4"])).to.equal("3");
    expect(likeOther("three", [4])).to.equal("three");
  });
});

describe("how two values compare", () => {
  const like = (kind: Parameters<typeof likenessOf>[0], before: Json, after: Json, within = 0.01) =>
    likenessOf(kind, before, after, within);

  it("categories: whatever blanks and capitals", () => {
    expect(like("category", " Spam", "spam").same).to.equal(true);
    expect(like("category", "spam", "ham").same).to.equal(false);
    expect(like("category", null, "ham").same).to.equal(false);
    expect(like("category", null, null).same).to.equal(true);
  });

  it("numbers: within the tolerance", () => {
    expect(like("number", 100, 101).same).to.equal(true);
    expect(like("number", 100, 102).same).to.equal(false);
    expect(like("number", -100, 100).same).to.equal(false);
    expect(like("number", 0, 0, 0).same).to.equal(true);
    expect(like("number", 0.1 + 0.2, 0.3, 0).same).to.equal(true);
  });

  it("texts: by the words that they share, in any script", () => {
    expect(like("text", "the parcel came late", "The parcel came late.")).to.deep.equal({
      same: false,
      likeness: 1,
    });
    expect(like("text", " the end\r\n", "the end").same).to.equal(true);
    expect(like("text", "the parcel came late", "the parcel was lost").likeness).to.equal(0.5);
    expect(like("text", "one two", "three four").likeness).to.equal(0);
    expect(like("text", "荷物は届きませんでした", "荷物は届きました").likeness).to.be.within(0.4, 0.99);
  });

  it("vectors: by their cosine, and not at all where their lengths differ", () => {
    expect(like("vector", [1, 0, 0], [2, 0, 0])).to.deep.equal({ same: true, likeness: 1 });
    expect(like("vector", [1, 0, 0], [0, 1, 0])).to.deep.equal({ same: false, likeness: 0 });
    expect(like("vector", [1, 0, 0], [1, 1, 0]).likeness).to.be.closeTo(Math.SQRT1_2, 1e-12);
    expect(like("vector", [1, 0, 0], [1, 0])).to.deep.equal({ same: false, likeness: null });
  });

  it("JSON: whatever the order of keys", () => {
    expect(like("json", { a: 1, b: [2] }, { b: [2], a: 1 }).same).to.equal(true);
    expect(like("json", { a: 1 }, { a: 2 }).same).to.equal(false);
  });
});
