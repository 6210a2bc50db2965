import { expect } from "chai";
import { keepDigits } from "../../src/core/digits.js";

/** The values as they print, and those that lost digits. */
const kept = (value: unknown, source: string) => {
  const { values, lost } = keepDigits({ value } as never, source);
  return [String(values.value), lost];
};

describe("the digits of an answer's numbers", () => {
  it("are kept where a number is whole and written in one way", () => {
    expect(kept(Number("12345678901234567"), '{"value":12345678901234567}')).to.deep.equal([
      "12345678901234567",
      [],
    ]);
    expect(kept(Infinity, '{"value":1e400}')).to.deep.equal(["1e400", []]);
  });

  it("are never another number's of the text, which JavaScript cannot tell from it", () => {
    expect(kept(5, '{"value":5,"note":"5.00000000000000000001"}')).to.deep.equal(["5", ["value"]]);
    expect(kept(0, '{"value":0,"id":"1e-999"}')).to.deep.equal(["0", ["value"]]);
  });

  it("of a fraction are named where they are lost", () => {
    expect(kept(0.1, '{"value":0.10000000000000000001}')).to.deep.equal(["0.1", ["value"]]);
  });
});
