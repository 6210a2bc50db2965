import type { Model } from "../../index.js";
import type { Command } from "../command.js";
import { modelTable } from "../report/model-table.js";

export const models: Command = {
  usage: "[--json]",
  options: { json: { summary: "print a JSON array instead of a table" } },
  notes: [
    "A model of a known family works without standing here: a new id is recognised by its beginning.",
    "* after the profiles: the model answers through an inference profile only.",
    "A date after the lifecycle is the first on which the model no longer answers in some region.",
  ],
  run: async ({ flags }) => {
    const { listModels } = await import("../../index.js");
    const known = listModels();
    const text = flags.has("json") ? `${JSON.stringify(known.map(toJson), null, 2)}\n` : modelTable(known);
    process.stdout.write(text);
    return 0;
  },
};

function toJson(model: Model): object {
  const { provider, name, modelId, family, inferenceProfiles, profileRequired, lifecycle, limits } = model;
  return {
    provider,
    name,
    model_id: modelId,
    family,
    status: family === null ? "unproven" : "proven",
    unproven: model.unproven,
    answers: model.answers,
    inference_profiles: inferenceProfiles,
    profile_required: profileRequired,
    lifecycle,
    end_of_life: model.endOfLife,
    context_tokens: limits?.context ?? null,
    max_output_tokens: limits?.output ?? null,
  };
}
