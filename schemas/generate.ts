/**
 * Writes what follows from the schemas and the families: src/generated/*.ts and the marked tables of README.md.
 * Run with `npm run generate`; CI fails when the committed output differs.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";
import { holdsJson } from "../src/connection/schema.js";
import type { Family } from "../src/models/families/family.js";
import { families } from "../src/models/families/index.js";
import { listModels } from "../src/models/list-models.js";
import { rules } from "../src/testing/conformance/rules/index.js";
import { unjudgedRules } from "../src/testing/conformance/unjudged-rules.js";

type Schema = Parameters<typeof compile>[0];

const root = new URL("../", import.meta.url);
const connection = JSON.parse(read("schemas/connection.json"));

write("src/generated/protocol.ts", await protocolTypes());
write("src/generated/connection.ts", await connectionType());
write("src/generated/pipeline.ts", await pipelineType());
write("src/generated/template-tests.ts", await templateTestTypes());
write("src/generated/conformance.ts", await descriptorTypes());
if (existsSync(new URL("README.md", root))) {
  const tables = { configuration: configurationTable(), families: familiesTable(), conformance: rowsTable() };
  write(
    "README.md",
    Object.entries(tables).reduce((readme, [at, rows]) => fill(readme, at, rows), read("README.md")),
  );
}

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
function acceptedType(name: string, property: Schema): Schema {
  if (holdsJson(name)) return { ...property, tsType: "string | object" };
  const takesNumber = property.pattern !== undefined && new RegExp(property.pattern).test("1");
  return takesNumber ? { ...property, tsType: "string | number" } : property;
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

/** A schema made ready for the compiler, which exports a type for every title and takes "any" for an object. */
function forTypes(text: string): Schema {
  return JSON.parse(text, (key, value) => {
    if (key === "title" && typeof value === "string") return undefined;
    const any = typeof value === "object" && value?.default === null && !("type" in value || "enum" in value);
    return any ? { ...value, tsType: "unknown" } : value;
  });
}

interface Property {
  order: number;
  description: string;
  default?: unknown;
  multiwoven_secret?: true;
}

function configurationTable(): string {
  const properties = Object.entries<Property>(connection.properties);
  properties.sort(([, a], [, b]) => a.order - b.order);
  return table(
    ["Field", "Required", "Default", "Meaning"],
    properties.map(([name, property]) => [
      code(name),
      connection.required.includes(name) ? "yes" : "no",
      property.default === undefined ? "" : code(String(property.default)),
      (property.multiwoven_secret ? "**Secret.** " : "") + property.description,
    ]),
  );
}

function familiesTable(): string {
  return table(
    ["Family", "Models tested", "Output limit", "Token usage", "Chat template"],
    families.map((family) => {
      const maxTokens = family.request.maxTokens[0]?.join(".");
      return [
        family.title,
        someOf(modelNames(family.name)),
        maxTokens ? code(maxTokens) : "",
        tokenUsage(family),
        chatTemplate(family),
      ];
    }),
  );
}

/** Without verdicts, which a run gives; the specs see to it that they are as the README says. */
function rowsTable(): string {
  return table(
    ["Row", "Rule", "Needs"],
    [
      ...rules.map(({ id, what, needs = [] }) => [
        id,
        what,
        needs.map((need) => (need === "process" ? "a process" : code(need))).join(", "),
      ]),
      ...unjudgedRules.map(({ id, what, why }) => [id, what, `not judged: ${why}`]),
    ],
  );
}

function modelNames(family: string): string[] {
  return listModels()
    .filter((model) => model.family === family)
    .sort((one, other) => Number(other.lifecycle === "active") - Number(one.lifecycle === "active"))
    .map(({ name }) => name);
}

function tokenUsage({ response, withoutCountHeaders }: Family): string {
  if (response.usage) return "body";
  return withoutCountHeaders ? "not known" : "headers only";
}

/** As many names as a cell reads well with; the command line lists them all. */
function someOf(names: string[]): string {
  const most = 4;
  const shown = names.slice(0, most).join(", ");
  return `${names.length}: ${shown}${names.length > most ? " and others" : ""}`;
}

function chatTemplate({ chat }: Family): string {
  if (!chat) return "no";
  return chat.always ? "always" : "yes";
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Puts the table between the marks of its section. */
function fill(readme: string, section: string, content: string): string {
  const open = `<!-- generated:${section} -->`;
  const close = "<!-- /generated -->";
  const start = readme.indexOf(open);
  if (start < 0) throw new Error(`README.md has no mark ${open}`);
  const inside = start + open.length;
  const end = readme.indexOf(close, inside);
  if (end < 0 || readme.slice(inside, end).includes("<!-- generated:")) {
    throw new Error(`README.md has no mark ${close} after ${open}`);
  }
  return `${readme.slice(0, inside)}\n\n${content}\n\n${readme.slice(end)}`;
}

function read(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

function write(path: string, text: string): void {
  writeFileSync(new URL(path, root), text);
}
