import { fileURLToPath } from "node:url";
import type { Descriptor } from "../../generated/conformance.js";
import { modelSamples } from "../../generated/model-samples.js";
import { readDescriptor } from "./read-descriptor.js";

const file = new URL("../../../src/testing/conformance/own/aws-bedrock-model.json", import.meta.url);

/**
 * The descriptor of the connector in this package, against the local Bedrock, with a sample of every shape that a
 * model is known to have. Its class is not named in it: give it to the run.
 */
export const ownDescriptor = async (): Promise<Descriptor> => {
  const descriptor = await readDescriptor(fileURLToPath(file));
  return { ...descriptor, samples: [...(descriptor.samples ?? []), ...modelSamples] };
};
