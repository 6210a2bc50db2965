import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Descriptor, Sample } from "../../generated/conformance.js";
import { readDescriptor } from "./read-descriptor.js";

const root = new URL("../../../", import.meta.url);

/**
 * The descriptor of the connector in this package, against the local Bedrock: `fixtures/conformance`, with the
 * samples of every model in `fixtures/models`. Its class is not named in it: give it to the run.
 */
export const ownDescriptor = async (): Promise<Descriptor> => {
  const file = new URL("fixtures/conformance/aws-bedrock-model.json", root);
  const descriptor = await readDescriptor(fileURLToPath(file));
  return { ...descriptor, samples: [...(descriptor.samples ?? []), ...modelSamples()] };
};

interface ModelFixture {
  readonly modelId: string;
  readonly template: object;
  readonly record: Record<string, unknown>;
  readonly request: Record<string, unknown>;
  readonly response: Record<string, unknown>;
  readonly headers: Record<string, string>;
  readonly expected: {
    /** Absent where the model answers with a vector. */
    readonly text?: string;
    readonly stopReason: string | null;
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
  };
}

/** Of a file that holds several models, which share its sample, the first. */
const modelSamples = (): Sample[] => {
  const folder = new URL("fixtures/models/", root);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(new URL(`${name}/`, folder)).map((file) => `${name}/${file}`))
    .map((path) => {
      const { models: [first] = [{}], ...shared } = JSON.parse(readFileSync(new URL(path, folder), "utf8"));
      return toSample({ ...shared, ...first });
    });
};

const toSample = (model: ModelFixture): Sample => {
  const { modelId, template, record, request, response, headers, expected } = model;
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
};
