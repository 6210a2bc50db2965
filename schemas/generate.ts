/**
 * Writes what follows from the schemas, the families, the facts of models and their samples: src/generated/*.ts and
 * the marked tables of the READMEs.
 * Run with `npm run generate`; CI fails when the committed output differs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";
import { choicesOf, connectionSchema, holdsJson } from "../src/connection/connection-schema.js";
import { modelData, modelSamples } from "./models.js";

type Schema = Parameters<typeof compile>[0];

const root = new URL("../", import.meta.url);

write("src/generated/protocol.ts", await protocolTypes());
write("src/generated/connection.ts", await connectionType());
write("src/generated/pipeline.ts", await pipelineType());
write("src/generated/template-tests.ts", await templateTestTypes());
write("src/generated/conformance.ts", await descriptorTypes());
write("src/generated/models.ts", (await modelTypes()) + modelData());
write("src/generated/model-samples.ts", modelSamples());

// Not before the models are written, since it reads them.
const { tables } = await import("./tables.js");
for (const [name, { page, rows }] of Object.entries(tables)) write(page, fill(page, name, rows()));

/** Each definition is compiled by itself, so that only the structs are exported, under their own names. */
async function protocolTypes(): Promise<string> {
  const { definitions } = forTypes(read("schemas/protocol.json"));
  const types = [];
  for (const [name, definition] of Object.entries(definitions ?? {})) {
    types.push(await typescript({ ...definition, definitions }, name));
  }
  return banner("schemas/protocol.json") + types.join("\n");
}

async function connectionType(): Promise<string> {
  const { properties = {}, ...schema } = forTypes(read("schemas/connection.json"));
  const accepted = Object.entries(properties).map(([name, property]) => [name, acceptedType(name, property)]);
  const type = { ...schema, properties: Object.fromEntries(accepted), additionalProperties: false };
  return banner("schemas/connection.json") + (await typescript(type, "ConnectionConfig"));
}

/** Forms give text alone; programs may also give a number where its text fits, and an object where JSON is pasted. */
function acceptedType(name: string, { if: _, then: __, else: ___, ...property }: Schema): Schema {
  if (holdsJson(name)) return { ...property, tsType: "string | object" };
  const choices = choicesOf(connectionSchema().properties[name]);
  if (choices.includes(true)) return { ...property, type: "boolean" };
  return choices.length > 0 ? { ...property, type: "string", enum: choices } : property;
}

async function pipelineType(): Promise<string> {
  return (
    banner("schemas/pipeline.json") + (await typescript(forTypes(read("schemas/pipeline.json")), "Pipeline"))
  );
}

async function templateTestTypes(): Promise<string> {
  const { definitions, ...file } = forTypes(read("schemas/template-tests.json"));
  const [testCase] = Object.values(definitions ?? {});
  // The schema's conditions on which keys go together are the validator's; types of them would only confuse.
  const { anyOf: _, ...one } = testCase ?? {};
  const types = [
    await typescript({ ...file, definitions }, "TemplateTests"),
    await typescript(one, "TemplateTestCase"),
  ];
  return banner("schemas/template-tests.json") + types.join("\n");
}

/** All its types are exported: rules and descriptors name them. */
async function descriptorTypes(): Promise<string> {
  const options = { bannerComment: "", ignoreMinAndMaxItems: true, style: { printWidth: 110 } };
  const schema = forTypes(read("schemas/conformance.json"));
  return banner("schemas/conformance.json") + (await compile(schema, "Descriptor", options));
}

async function modelTypes(): Promise<string> {
  const { KnownModel, ModelLine } = forTypes(inlined(read("schemas/model-facts.json"))).definitions ?? {};
  const { sources: _, ...properties } = KnownModel?.properties ?? {};
  const required = ["family", "provider", "name", "lifecycle"];
  const family = {
    description: "`null` where its body on InvokeModel is not known.",
    type: ["string", "null"],
  };
  const types = [
    await typescript(
      { ...KnownModel, required, properties: { family, ...properties } } as Schema,
      "KnownModel",
    ),
    await typescript({ ...ModelLine }, "ModelLine"),
  ];
  return `// Generated from src/models/facts. Do not edit: change the facts and run \`npm run generate\`.\n\n${types.join("\n")}`;
}

function typescript(schema: Schema, name: string): Promise<string> {
  return compile(schema, name, {
    bannerComment: "",
    declareExternallyReferenced: false,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 110 },
  });
}

function banner(source: string): string {
  return `// Generated from ${source}. Do not edit: change the schema and run \`npm run generate\`.\n\n`;
}

/** A schema's text with what its references stand for in their place. */
function inlined(text: string): string {
  const { definitions } = JSON.parse(text);
  const put = (_: string, value: { $ref?: string } | null) =>
    typeof value?.$ref === "string" ? definitions[value.$ref.replace("#/definitions/", "")] : value;
  return JSON.stringify(JSON.parse(text, put));
}

/** A schema made ready for the compiler, which exports a type for every title and takes "any" for an object. */
function forTypes(text: string): Schema {
  return JSON.parse(text, (key, value) => {
    if (key === "title" && typeof value === "string") return undefined;
    const any = typeof value === "object" && value?.default === null && !("type" in value || "enum" in value);
    return any ? { ...value, tsType: "unknown" } : value;
  });
}

/** The page with the table between the marks of its name. */
function fill(page: string, name: string, content: string): string {
  const text = read(page);
  const open = `<!-- generated:${name} -->`;
  const close = "<!-- /generated -->";
  const start = text.indexOf(open);
  if (start < 0) throw new Error(`${page} has no mark ${open}`);
  const inside = start + open.length;
  const end = text.indexOf(close, inside);
  if (end < 0 || text.slice(inside, end).includes("<!-- generated:")) {
    throw new Error(`${page} has no mark ${close} after ${open}`);
  }
  return `${text.slice(0, inside)}\n\n${content}\n\n${text.slice(end)}`;
}

function read(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

function write(path: string, text: string): void {
  writeFileSync(new URL(path, root), text);
}
