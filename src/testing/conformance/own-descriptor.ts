import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Descriptor } from "../../generated/conformance.js";
import { modelSamples } from "../../generated/model-samples.js";
import { readDescriptor } from "./read-descriptor.js";

const own = new URL("../../../src/testing/conformance/own/", import.meta.url);

/**
 * The descriptor of the connector in this package, against the local Bedrock, with a sample of every shape that a
 * model is known to have. Its class is not named in it: give it to the run.
 */
export const ownDescriptor = async (delivery: Delivery = "now"): Promise<Descriptor> => {
  const read = await readDescriptor(fileURLToPath(new URL("aws-bedrock-model.json", own)));
  const descriptor = { ...read, samples: [...(read.samples ?? []), ...modelSamples] };
  if (delivery === "now") return descriptor;
  const jobs = JSON.parse(await readFile(new URL("batch.json", own), "utf8"));
  const { config, calls, not_applicable, not_applicable_to_batch, ...rest } = jobs;
  return {
    ...{ ...descriptor, ...rest, calls: { ...descriptor.calls, ...calls } },
    config: { ...descriptor.config, ...config, delivery },
    not_applicable: { ...not_applicable, ...(delivery === "batch" && not_applicable_to_batch) },
  };
};

/** How the connector has records delivered: by calls, by batch jobs, or by those where they can be in one. */
export type Delivery = "now" | "batch" | "auto";
