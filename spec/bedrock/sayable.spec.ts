import { expect } from "chai";
import fc from "fast-check";
import { redact } from "../../src/bedrock/redact.js";
import { ownWords, withoutRows } from "../../src/bedrock/sayable.js";
import { readConnection } from "../../src/connection/connection.js";
import { encodings } from "../support/encodings.js";
import { localConfig } from "../support/sync-config.js";

/** A request whose row is an e-mail, as customers write them. */
const email =
  "Hi team,\n\nI tried to log in again, but the page is not working: it says my key is not found and the input " +
  "is too long for the field. Please check it and try again with your input form for me. My order is 4711-AB, " +
  'my colour is "teal".\n\nThanks,\nJane Miller\njane.miller@example.com\n+49 170 1234567\n';
const bodyWith = (text: string, more: object = {}): string =>
  JSON.stringify({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 512,
    messages: [{ role: "user", content: `Summarise this e-mail:\n\n${text}` }],
    ...more,
  });
const body = bodyWith(email);
const own = ownWords(
  readConnection(
    localConfig("http://localhost", {
      model_id: "meta.llama3-1-8b-instruct-v1:0",
      request_format:
        '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}],"top_k":5,"inferenceConfig":{"maxTokens":5000}}',
    }),
    [],
  ),
);
const say = (message: string, sent = body): string => withoutRows(message, { own, body: sent });

describe("words about an account", () => {
  const arns = [
    "arn:aws:iam::123456789012:user/jane",
    "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:application-inference-profile/abc",
    "arn:aws-cn:bedrock:cn-north-1::foundation-model/m",
  ];
  for (const arn of arns)
    it(`the ARN ${arn.slice(0, 18)}…`, () => {
      expect(redact(`User: ${arn} may not.`, [])).to.not.match(/123456789012|jane|abc|foundation/);
    });

  it("an account id", () => {
    expect(redact("Account 123456789012 is not in this organization.", [])).to.equal(
      "Account … is not in this organization.",
    );
  });

  it("hold no secret", () => {
    expect(redact("Key s3cr3t+ of Credential=AKIA/2026 is bad", ["s3cr3t+"])).to.equal(
      "Key … of Credential=… is bad",
    );
  });
});

describe("words about a row: what is not said", () => {
  for (const [open, close] of ['""', "''", "``", "“”", "‘’"])
    it(`words of the row in ${open}${close}`, () => {
      expect(say(`Unexpected ${open}page is not working${close} value.`, body)).to.equal(
        `Unexpected ${open}…${close} value.`,
      );
    });

  it("a whole value, though it is one plain word", () => {
    expect(say("Unknown colour teal.", bodyWith("", { colour: "teal" }))).to.not.contain("teal");
  });

  it("a whole value that is a number", () => {
    expect(say("Not allowed: 4711", bodyWith("", { order: 4711 }))).to.not.contain("4711");
  });

  it("a whole value of several words", () => {
    expect(say("Blocked: purple monkey dishwasher.", bodyWith("purple monkey dishwasher"))).to.not.match(
      /purple|monkey|dishwasher/,
    );
  });

  it("words of the row, though the service's own stand among them", () => {
    const text = "the purple monkey is not found";
    expect(say(`Blocked: ${text}.`, bodyWith(text))).to.not.match(/purple|monkey/);
  });

  const personal = ["Jane Miller", "Miller", "jane.miller@example.com", "4711-AB", "170 1234567", "1234567"];
  const places: readonly (readonly [string, (value: string) => string])[] = [
    ["alone", (value) => `could not parse ${value}`],
    ["at the end of a sentence", (value) => `could not parse ${value}.`],
    ["in brackets", (value) => `could not parse (${value}), sorry`],
    ["in square brackets", (value) => `could not parse [${value}]`],
    ["after an equals sign", (value) => `could not parse value=${value} here`],
    ["after a colon", (value) => `could not parse value:${value}`],
    ["on a line of its own", (value) => `could not parse\n${value}\nthere`],
    ["in a path", (value) => `could not parse #/messages/${value}/content`],
    ["in escaped quotes", (value) => `could not parse \\"${value}\\"`],
  ];
  for (const [where, message] of places)
    it(`names, addresses and numbers of the row, ${where}`, () => {
      for (const value of personal) expect(say(message(value), body), value).to.not.contain(value);
    });

  for (const [row, name] of [
    ["山田太郎様からのご注文です", "山田太郎"],
    ["सुश्री प्रिया शर्मा का आदेश", "प्रिया शर्मा"],
    ["คุณสมชาย ใจดี สั่งซื้อ", "สมชาย"],
  ] as const)
    it(`a name in a script of its own: ${name}`, () => {
      expect(say(`could not parse ${name} value`, bodyWith(row))).to.equal("could not parse … value");
    });

  it("any secret of the row, wherever the message puts it", () => {
    const secret = fc
      .tuple(fc.stringMatching(/^[A-Za-z0-9]{3,12}$/), fc.nat(9), fc.stringMatching(/^[A-Za-z0-9]{2,12}$/))
      .map((parts) => parts.join(""));
    const place = fc.constantFrom(...places.map(([, message]) => message));
    const row = fc.constantFrom(
      (value: string) => value,
      (value: string) => `My code is ${value}, thanks.`,
      (value: string) => `code:${value}\nbye`,
    );
    fc.assert(
      fc.property(secret, place, row, (value, message, text) => {
        expect(say(message(value), bodyWith(text(value)))).to.not.contain(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe("words about a row: what is said", () => {
  const sentences = [
    "Malformed input request: #: extraneous key [top_k] is not permitted, please reformat your input and try again.",
    "Malformed input request: #: required key [messages] not found, please reformat your input and try again.",
    "Malformed input request: #/messages/0/content: expected maxLength: 2048, please reformat your input and try again.",
    "Input is too long for requested model.",
    "Too many tokens, please wait before trying again.",
    "Too many input tokens. Max input tokens: 8192, request input token count: 9279",
    "The provided model identifier is invalid.",
    "You don't have access to the model with the specified model ID.",
    "Invocation of model ID meta.llama3-1-8b-instruct-v1:0 with on-demand throughput isn't supported. Retry your " +
      "request with the ID or ARN of an inference profile that contains this model.",
    "`temperature` is deprecated for this model.",
    "messages: at least one message is required",
    "max_tokens: 5000 > 4096, which is the maximum allowed number of output tokens",
    "messages.3.content.0.text: Field required",
    "prompt is too long: 903884 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens",
  ];
  for (const sentence of sentences)
    it(`stay: ${sentence.slice(0, 70)}`, () => {
      expect(say(sentence, body)).to.equal(sentence);
    });

  it("do not lose their not", () => {
    const denial =
      "User: arn:aws:iam::123456789012:user/jane is not authorized to perform: bedrock:InvokeModel on resource: " +
      "arn:aws:bedrock:us-east-1::foundation-model/m because no identity-based policy allows the action";
    expect(say(denial, body)).to.equal(
      "User: … is not authorized to perform: bedrock:InvokeModel on resource: … because no identity-based " +
        "policy allows the action",
    );
  });

  it("stay when the body is not JSON, or empty", () => {
    for (const other of ["", "not JSON", "null", "{}"])
      expect(say("Input is too long for requested model.", other)).to.equal(
        "Input is too long for requested model.",
      );
  });
});

describe("words about a row: a value in any form", () => {
  // Of letters that none of the service's words begins with; words of other values are told apart from it all the same.
  const value = fc
    .tuple(
      fc.stringMatching(/^[JQXZ][QXZ0-9ë]{5,14}$/),
      fc.constantFrom("", " Äöß", "-ÜX9", "@ëxq.example", ' "Q7'),
    )
    .map((pieces) => pieces.join(""));
  const cut = fc.tuple(fc.nat(100), fc.integer({ min: 4, max: 200 }));
  const place = fc.constantFrom<((text: string) => string)[]>(
    (text) => text,
    (text) => `could not parse ${text}`,
    (text) => `The value '${text}' is not valid.`,
    (text) => `Malformed input request: #/messages/0/${text}: expected type: String, found: ${text}`,
    (text) => `Invalid input: "${text}`,
    (text) => `expected maxLength: 5, actual: ${text}, please reformat your input`,
    (text) => `input=${text}&role=user`,
    (text) => `{"input":"${text}"}`,
    (text) => `<input>${text}</input>`,
  );

  for (const [name, encode] of Object.entries(encodings))
    it(`leaves nothing of it: ${name}`, () => {
      fc.assert(
        fc.property(value, cut, place, (text, [from, length], around) => {
          const encoded = encode(text);
          const start = from % encoded.length;
          for (const quoted of [encoded, encoded.slice(start, start + length)]) {
            const said = say(around(quoted), bodyWith(`My code is ${text}, thanks.`));
            // A word of one or two letters may be the service's, whatever stands around it.
            const rest = wordsOf(said).filter((word) => !wordsOf(around("")).includes(word));
            expect(rest.join(" "), said).to.match(/^(?:(?:[a-z]{1,2}|\d)(?: |$))*$/i);
          }
        }),
        { numRuns: 100 },
      );
    });
});

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
