import { expect } from "chai";
import { compileOutputSchema, typedColumns } from "../../../src/template/output-schema/output-schema.js";

const compile = (schema: unknown) => compileOutputSchema(JSON.stringify(schema));
const failure = (schema: unknown): string => {
  try {
    compile(schema);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

describe("compileOutputSchema", () => {
  const refused: [name: string, schema: unknown, words: RegExp][] = [
    ["no object", { type: "array", items: {} }, /must be the schema of an object/],
    ["no properties", { type: "object", properties: {} }, /names no properties/],
    [
      "the reserved column",
      { type: "object", properties: { _bedrock: {} } },
      /cannot have the property _bedrock/,
    ],
    [
      "a type that is none",
      { type: "object", properties: { a: { type: "text" } } },
      /is no JSON Schema .*type/,
    ],
    ["a reference to nothing", { type: "object", properties: { a: { $ref: "#/$defs/a" } } }, /can't resolve/],
    ["an answer to wait for", { $async: true, type: "object", properties: { a: {} } }, /\$async/],
  ];
  for (const [name, schema, words] of refused)
    it(`says what is wrong: ${name}`, () => {
      expect(failure(schema)).to.match(words);
    });

  it("takes a schema that names an older draft", () => {
    const schema = {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: { a: {} },
    };
    expect(compile(schema).faultsOf({ a: 1 })).to.deep.equal([]);
  });

  it("enforces all of the schema, formats too, and names place and keyword of the first three faults", () => {
    const { faultsOf } = compile({
      type: "object",
      required: ["id"],
      properties: {
        id: { type: "integer" },
        mail: { type: "string", format: "email" },
        tags: { type: "array", items: { type: "string", maxLength: 3 } },
        note: { type: "string" },
      },
    });
    expect(faultsOf({ id: 1, mail: "a@b.co", tags: ["abc"] })).to.deep.equal([]);
    expect(faultsOf({ mail: "no mail", tags: ["ok", "toolong"], note: 5 })).to.deep.equal([
      "id: required",
      "mail: format",
      "tags.1: maxLength",
    ]);
    expect(faultsOf({})).to.deep.equal(["id: required"]);
  });

  it("shows no value, and no key that only the answer has", () => {
    const { faultsOf } = compile({
      type: "object",
      properties: { map: { type: "object", additionalProperties: { type: "integer" } } },
      additionalProperties: false,
    });
    expect(faultsOf({ map: { "canary-1": "canary-2" }, "canary-3": 1 })).to.deep.equal([
      "the answer: additionalProperties",
      "map.…: type",
    ]);
  });
});

describe("typedColumns", () => {
  it("lists the top-level properties with the types that their values may have", () => {
    const schema = {
      type: "object",
      $defs: { level: { enum: ["low", "high", null] } },
      properties: {
        a: { type: "string" },
        b: { type: ["number", "null"] },
        c: { $ref: "#/$defs/level" },
        d: { anyOf: [{ type: "integer" }, { const: "none" }] },
        e: {},
        f: { anyOf: [{ type: "integer" }, {}] },
      },
    };
    expect(typedColumns(schema)).to.deep.equal([
      { name: "a", type: ["string"] },
      { name: "b", type: ["number", "null"] },
      { name: "c", type: ["string", "null"] },
      { name: "d", type: ["integer", "string"] },
      { name: "e", type: [] },
      { name: "f", type: [] },
    ]);
  });
});
