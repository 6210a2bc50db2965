import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import type { JsonObject } from "../../../src/core/json.js";
import { toSubset } from "../../../src/template/output-schema/bedrock-subset.js";
import { subsetFault } from "../../../src/testing/emulator/schema-subset.js";

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  ...more,
});

describe("toSubset: a schema for Bedrock's structured outputs", () => {
  it("closes every object and leaves out what is not kept to, with a word to the model", () => {
    const schema = object(
      {
        name: { type: "string", minLength: 2, maxLength: 9, description: "Who wrote." },
        tags: { type: "array", minItems: 3, items: { type: "string", format: "slug" } },
        place: object({ city: { type: "string", default: "Rome" } }, { additionalProperties: true }),
      },
      { $schema: "https://json-schema.org/draft/2020-12/schema", required: ["name"] },
    );
    const { schema: sent, left, problems } = toSubset(schema);
    expect(sent).to.deep.equal({
      type: "object",
      properties: {
        name: { type: "string", description: "Who wrote. (minLength 2, maxLength 9)" },
        tags: {
          type: "array",
          minItems: 1,
          items: { type: "string", description: '(format "slug")' },
          description: "(minItems 3)",
        },
        place: { type: "object", properties: { city: { type: "string" } }, additionalProperties: false },
      },
      required: ["name"],
      additionalProperties: false,
    });
    expect(left).to.deep.equal([
      "minLength at name",
      "maxLength at name",
      "format at tags[]",
      "minItems at tags",
    ]);
    expect(problems).to.deep.equal([]);
  });

  it("writes oneOf as anyOf and keeps references", () => {
    const { schema } = toSubset(
      object(
        {
          size: { oneOf: [{ type: "integer", minimum: 1 }, { type: "null" }] },
          who: { $ref: "#/$defs/person" },
        },
        { $defs: { person: object({ age: { type: "integer" } }) } },
      ),
    );
    expect(schema).to.have.nested.property("properties.size.anyOf[1].type", "null");
    expect(schema).to.have.nested.property("properties.who.$ref", "#/$defs/person");
    expect(schema).to.have.nested.property("$defs.person.additionalProperties", false);
  });

  it("gives what the service takes and what is a schema still", () => {
    const wild = object({
      a: { type: ["string", "null"], pattern: "^x", format: "email" },
      b: {
        type: "array",
        uniqueItems: true,
        prefixItems: [{ type: "string" }],
        items: object({ c: { const: 1 } }),
      },
      d: { type: "number", exclusiveMinimum: 0, multipleOf: 2, enum: [2, 4] },
      e: { allOf: [{ type: "string" }, { minLength: 1 }] },
      f: { type: "string", if: { minLength: 3 }, not: { const: "x" } },
    });
    const { schema, problems } = toSubset(wild);
    expect(problems).to.deep.equal([]);
    expect(subsetFault(schema)).to.equal(null);
    expect(() => new Ajv2020({ strict: false, logger: false }).compile(schema)).not.to.throw();
  });

  const refused: [name: string, schema: JsonObject, words: RegExp][] = [
    [
      "a schema that leads back to itself",
      object({ a: { $ref: "#/$defs/n" } }, { $defs: { n: object({ next: { $ref: "#/$defs/n" } }) } }),
      /#\/\$defs\/n leads back to itself/,
    ],
    ["its own root as a part", object({ a: { $ref: "#" } }), /# leads back to itself/],
    [
      "a reference out of it",
      object({ a: { $ref: "https://example.com/a.json" } }),
      /^a has a \$ref that leads out/,
    ],
    [
      "a map",
      object({ a: object({}, { additionalProperties: { type: "string" } }) }),
      /a has a schema as additional/,
    ],
    ["an object of anything", object({ a: { type: "object" } }), /a is an object without properties/],
    ["an enum of lists", object({ a: { enum: [[1]] } }), /a has objects or lists in its enum/],
    [
      "properties inside allOf",
      object({ a: { allOf: [object({ b: {} })] } }),
      /a has properties inside allOf/,
    ],
  ];
  for (const [name, schema, words] of refused)
    it(`says what to change of ${name}`, () => {
      expect(toSubset(schema).problems.join("\n")).to.match(words);
    });
});
