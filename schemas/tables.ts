/** The tables of the READMEs, each by the name of its marks. */
import { readFileSync } from "node:fs";
import type { Family } from "../src/models/families/family.js";
import { families } from "../src/models/families/index.js";
import { listModels } from "../src/models/list-models.js";
import { rules } from "../src/testing/conformance/rules/index.js";
import { unjudgedRules } from "../src/testing/conformance/unjudged-rules.js";

interface Property {
  order: number;
  description: string;
  default?: unknown;
  multiwoven_secret?: true;
}

const connection = JSON.parse(readFileSync(new URL("connection.json", import.meta.url), "utf8"));

const abilityInWords: Readonly<Record<string, string>> = { process: "a process", objects: "a class" };

/** The page that a table stands in, and what makes it. */
export const tables: Readonly<Record<string, { readonly page: string; readonly rows: () => string }>> = {
  configuration: { page: "src/connection/README.md", rows: configurationTable },
  families: { page: "src/models/README.md", rows: familiesTable },
  conformance: { page: "src/testing/conformance/README.md", rows: rulesTable },
};

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
function rulesTable(): string {
  return table(
    ["Id", "Rule", "Needs"],
    [
      ...rules.map(({ id, what, needs = [] }) => [
        id,
        what,
        needs.map((need) => abilityInWords[need] ?? code(need)).join(", "),
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
