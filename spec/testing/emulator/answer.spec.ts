import { expect } from "chai";
import { answer } from "../../../src/testing/emulator/answer.js";

const complaint =
  "You took $1,000 on Monday. That is terrible. The second charge is still on my card. My card shows the charge twice. The worst bank ever.";

describe("emulator: answer", () => {
  it("works on the text after the first blank line, not on the instruction", () => {
    const text = answer(`Classify and summarise this wonderful mail from Paris:\n\n${complaint}`);
    expect(text).to.match(/^Sentiment: negative \(-0\.\d\)\. Gist: "/);
    expect(text).to.contain('"The second charge is still on my card."');
    expect(text).to.match(/ Mentions: \$1,000 \(money\), Monday \(date\)\.$/);
  });

  it("reads through each family's chat markup", () => {
    const plain = answer(complaint);
    const wrapped = [
      `<s>[INST] ${complaint} [/INST]`,
      `<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n${complaint}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n`,
      `User: ${complaint}\nBot:`,
      `<｜begin▁of▁sentence｜><｜User｜>${complaint}<｜Assistant｜><think>\n`,
    ];
    for (const prompt of wrapped) expect(answer(prompt)).to.equal(plain);
  });

  for (const [instruction, text, label] of [
    [
      "Is this one of: spam, ham?",
      "You are a WINNER! Click here for your free cash offer. Guaranteed money!",
      "spam",
    ],
    ["Is this one of: spam, ham?", "The meeting moved to Friday. Please bring the build logs.", "ham"],
    ["Answer with one of: positive, negative, neutral.", "I love this great product.", "positive"],
    ["Answer with one of: positive, negative, neutral.", "The worst service ever, awful.", "negative"],
    ["Answer with one of: positive, negative, neutral.", "The box is blue.", "neutral"],
    ["Pick one of: 'billing', 'technical', or 'other'.", "I paid this invoice already.", "billing"],
    ["Pick one of: billing, technical, other.", "The app crashes with an error.", "technical"],
    ["Pick one of: billing, technical, other.", "The sky is blue.", "other"],
  ] as const)
    it(`labels "${text}" as ${label}`, () => {
      expect(answer(`${instruction}\n\n${text}`)).to.match(new RegExp(`^Label: ${label}\nSentiment: `));
    });

  it("finds the text under, after or before the list of labels", () => {
    const list = "Pick one of: billing, technical, other.";
    const text = "The app crashes with an error.";
    const prompts = [
      `${list}\n${text}`,
      `You sort mail.\n\n${list}\n\nMail:\n\n${text}`,
      `${text}\n\n${list}`,
    ];
    for (const prompt of prompts) expect(answer(prompt)).to.match(/^Label: technical\n.*"The app crashes/);
  });

  it("reads mail without its tags, entities, quote marks and lines of one mark", () => {
    const mail = `>> <p class="x">You <!-- x --><o:p/>took <b>$1,000</b>&nbsp;on&#160;Monday.</p>
> > -------- ========
>You owe me an answer!!!!!! ____________
<br/>`;
    const text = answer(mail);
    expect(text).to.equal(answer("You took $1,000 on Monday.\nYou owe me an answer!"));
    expect(text).to.contain('Gist: "You took $1,000 on Monday." Mentions: $1,000 (money), Monday (date)');
  });

  it("leaves signs of the text alone", () => {
    const text = "Is 3 < 5 & 7 > 2 or A&B; C >> D <bob@example.com> <https://example.com> -- or --- not?!";
    expect(answer(text)).to.contain(`Gist: "${text}"`);
  });

  it("has a sentence for a prompt without text", () => {
    for (const prompt of ["", " \n\n ", "\u0000\u001b", "\ud800", "<s>[INST]  [/INST]", "> <br>\n----"])
      expect(answer(prompt)).to.equal("There is no text to work on in this prompt.");
  });

  it("survives text that is no prose, in bounded time and length", () => {
    const odd = [
      "http://a",
      "a-",
      "😀",
      "\"'",
      "1.1,",
      "\ud800",
      "one of: a,",
      "constructor __proto__ ",
      "日本語。",
      "<a ",
      "<a>",
      "&a",
      "&#1;",
      "> ",
      "\n> ",
      "!",
      "!!!. ",
    ];
    for (const piece of odd) {
      const text = answer(piece.repeat(40_000 / piece.length));
      expect(text, piece)
        .to.match(/Sentiment: |no text/)
        .and.have.length.below(2000);
    }
  });

  it("reads the first 20,000 characters only", () => {
    const start = "The box is blue. ".repeat(1200);
    expect(answer(`${start}I hate it, awful, terrible, worst.`)).to.equal(answer(start));
  });
});
