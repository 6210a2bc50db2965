import { expect } from "chai";
import { families } from "../../src/models/families/index.js";
import { applyChatTemplate } from "../../src/template/chat-template.js";

const familyOf = (name: string) => families.find((family) => family.name === name) ?? null;

const wrapped: Readonly<Record<string, string>> = {
  llama:
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi!<|eot_id|>" +
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
  "titan-text": "User: Hi!\nBot:",
  "deepseek-r1": "<｜begin▁of▁sentence｜><｜User｜>Hi!<｜Assistant｜><think>\n",
  "mistral-text": "<s>[INST] Hi! [/INST]",
};

const withChat = families.filter(({ chat }) => chat);

describe("chat template", () => {
  it("is known for these families", () => {
    expect(withChat.map(({ name }) => name)).to.have.members(Object.keys(wrapped));
  });

  for (const family of withChat) {
    const { name } = family;
    const key = family.chat?.key ?? "";
    const body = { [key]: "Hi!", max_tokens: 5 };

    it(`${name}, auto: the prompt is wrapped, and nothing else`, () => {
      expect(applyChatTemplate(family, "auto", body)).to.deep.equal({ [key]: wrapped[name], max_tokens: 5 });
    });

    it(`${name}: a prompt that is wrapped is left alone`, () => {
      const already = { [key]: `\n${wrapped[name]}` };
      expect(applyChatTemplate(family, "auto", already)).to.deep.equal(already);
    });

    for (const mark of family.chat?.marks ?? [])
      it(`${name}: a prompt that starts with ${mark} is left alone`, () => {
        const already = { [key]: `${mark} Hi!` };
        expect(applyChatTemplate(family, "auto", already)).to.deep.equal(already);
      });

    it(`${name}: the prompt's own $&, $1 and {{ prompt }} stay`, () => {
      const prompt = "$& $1 $$ $` {{ prompt }}";
      expect(applyChatTemplate(family, "auto", { [key]: prompt })).to.deep.equal({
        [key]: wrapped[name]?.replace("Hi!", () => prompt),
      });
    });

    it(`${name}: a body without a prompt is left alone`, () => {
      for (const other of [{}, { [key]: 5 }, { [key]: null }])
        expect(applyChatTemplate(family, "auto", other)).to.deep.equal(other);
    });

    it(`${name}: the body itself is not changed`, () => {
      applyChatTemplate(family, "auto", body);
      expect(body[key]).to.equal("Hi!");
    });
  }

  for (const name of ["llama", "titan-text", "deepseek-r1"])
    it(`${name}, off: the prompt goes as it is`, () => {
      const body = { prompt: "Hi!", inputText: "Hi!" };
      expect(applyChatTemplate(familyOf(name), "off", body)).to.deep.equal(body);
    });

  it("mistral-text, off: the prompt is wrapped all the same, as upstream does", () => {
    expect(applyChatTemplate(familyOf("mistral-text"), "off", { prompt: "Hi!" })).to.deep.equal({
      prompt: wrapped["mistral-text"],
    });
  });

  it("is nothing to families of messages, or to no family", () => {
    const body = { prompt: "Hi!", messages: [] };
    for (const family of [null, ...families.filter(({ chat }) => !chat)])
      expect(applyChatTemplate(family, "auto", body), family?.name).to.deep.equal(body);
  });
});
