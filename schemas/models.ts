/** What the package needs at run time of the facts of models, and of the samples that the specs prove them with. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";

const facts = new URL("../src/models/facts/", import.meta.url);
const samples = new URL("../fixtures/models/", import.meta.url);

/** The facts without their sources, in the order of their files. */
export function modelData(): string {
  const names = readdirSync(facts).map((file) => file.replace(/\.json$/, ""));
  const families = names.filter((name) => name !== unproven).sort();
  const read = [
    ...families.map((family) => ({ family, ...readFacts(family) })),
    { family: null, ...readFacts(unproven) },
  ];
  const models = read.flatMap(({ family, models }) =>
    Object.entries(models).map(([id, { sources: _, ...known }]) => [id, { family, ...known }]),
  );
  const lines = read.flatMap(({ lines = [] }) => lines);
  return [
    "",
    "/** By base id. */",
    "export const knownModels: Readonly<Record<string, KnownModel>> = {",
    ...models.map(([id, known]) => `  ${JSON.stringify(id)}: ${JSON.stringify(known)},`),
    "};",
    "",
    "/** The first that matches counts. */",
    "export const modelLines: readonly ModelLine[] = [",
    ...lines.map((line) => `  ${JSON.stringify(line)},`),
    "];",
    "",
  ].join("\n");
}

/** The file of the models that have no family; the others are named after theirs. */
const unproven = "unproven";

interface Facts {
  readonly models: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly lines?: readonly object[];
}

/** @throws Error that names the file and what is wrong with it. */
function readFacts(name: string): Facts {
  const read = JSON.parse(readFileSync(new URL(`${name}.json`, facts), "utf8"));
  if (validate(read)) return read as Facts;
  throw new Error(`src/models/facts/${name}.json: ${ajv.errorsText(validate.errors)}`);
}

const ajv = new Ajv({ allErrors: true, strict: false });
const schema = JSON.parse(readFileSync(new URL("model-facts.json", import.meta.url), "utf8"));
const validate = ajv.compile(schema);

/** The samples that the conformance suite takes for our own connector: of models that share one, the first. */
export function modelSamples(): string {
  const files = readdirSync(samples, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".json"),
  );
  return [
    "// Generated from fixtures/models. Do not edit: change the samples and run `npm run generate`.",
    "",
    'import type { Sample } from "./conformance.js";',
    "",
    "/** A request and a response of every shape that a model is known to have. */",
    "export const modelSamples: readonly Sample[] = [",
    ...files.sort().map((file) => `  ${JSON.stringify(toSample(readSample(file)))},`),
    "];",
    "",
  ].join("\n");
}

interface ModelSample {
  readonly models: readonly [string, ...string[]];
  readonly record: object;
  readonly template: object;
  readonly request: object;
  readonly response: object;
  readonly headers: object;
  readonly expected: {
    /** Absent where the model answers with a vector. */
    readonly text?: string;
    readonly stopReason: string | null;
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
  };
}

function readSample(file: string): ModelSample {
  return JSON.parse(readFileSync(new URL(file, samples), "utf8"));
}

function toSample({ models, template, record, request, response, headers, expected }: ModelSample): object {
  const [modelId] = models;
  return {
    name: modelId,
    fields: "seed",
    change: { model_id: modelId, request_format: JSON.stringify(template) },
    record,
    body: request,
    answer: { status: 200, headers, body: response },
    reads: {
      ...(expected.text !== undefined && { text: expected.text }),
      stop_reason: expected.stopReason,
      input_tokens: expected.inputTokens,
      output_tokens: expected.outputTokens,
    },
  };
}
