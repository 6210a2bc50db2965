import { expect } from "chai";
import fc from "fast-check";
import { fitWords } from "../../../src/cli/report/fit-words.js";

describe("words at a terminal", () => {
  const line = "  cost $0.0000669; estimated $0.0000913, from $0.00000726 to $0.000368";

  it("are folded at blanks, further lines set in", () => {
    expect(fitWords(line, 40)).to.equal(
      "  cost $0.0000669; estimated $0.0000913,\n    from $0.00000726 to $0.000368",
    );
    expect(fitWords(line, 80)).to.equal(line);
    for (const none of [0, undefined]) expect(fitWords(line, none)).to.equal(line);
  });

  it("leave a command whole, to be copied", () => {
    const command = "`bedrock-model replay --config c.json --ledger l.jsonl`";
    expect(fitWords(`2 held: perhaps billed; ${command} sends them again`, 30).split("\n")).to.deep.equal([
      "2 held: perhaps billed;",
      `  ${command}`,
      "  sends them again",
    ]);
  });

  it("lose nothing, and fit where their words do", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 90 }), (words, width) => {
        const folded = fitWords(words.join(" "), width);
        expect(folded.split(/\s+/)).to.deep.equal(words);
        for (const part of folded.split("\n")) expect(part.length).to.be.at.most(width);
      }),
    );
  });
});
