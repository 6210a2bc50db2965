import { knownModels } from "../generated/models.js";
import { families } from "./families/index.js";
import type { Limits } from "./limits.js";

/** A model on Amazon Bedrock. */
export interface Model {
  readonly provider: string;
  readonly name: string;
  readonly modelId: string;
  readonly inferenceProfiles: readonly string[];
  /** True where Bedrock refuses the bare model id. */
  readonly profileRequired: boolean;
  /** As of the autumn of 2026; Bedrock's own answer is newer. */
  readonly lifecycle: "active" | "preview" | "legacy" | "gone";
  /** The first day, in any region, on which it no longer answers, where that is known: `2026-11-26`. */
  readonly endOfLife: string | null;
  /** Whose request and response it has; `null` where its body on InvokeModel is not known. */
  readonly family: string | null;
  readonly answers: "text" | "vector" | "other";
  /** Why it has no family; `null` where it has one. */
  readonly unproven: string | null;
  /** In tokens; `null` where it is not known. */
  readonly limits: Limits | null;
  /** Base ids of models that may take its place, each with who recommends it; what vendors recommend first. */
  readonly successors: readonly { readonly model: string; readonly by?: string }[];
}

/** The models that a sample request and response prove, by family, and after them those whose body is not known. */
export const listModels = (): Model[] => {
  listed ??= describeModels();
  return [...listed];
};

let listed: readonly Model[] | undefined;

const describeModels = (): Model[] =>
  Object.entries(knownModels).map(([modelId, known]) => {
    const vector = families.find(({ name }) => name === known.family)?.vector;
    return {
      provider: known.provider,
      name: known.name,
      modelId,
      inferenceProfiles: (known.profiles ?? []).map((geography) => `${geography}.${modelId}`),
      profileRequired: known.profile_required ?? false,
      lifecycle: known.lifecycle,
      endOfLife: known.end_of_life ?? null,
      family: known.family,
      answers: known.answers ?? (vector ? "vector" : "text"),
      unproven: known.unproven ?? null,
      limits: known.limits ?? null,
      successors: known.successors ?? [],
    };
  });
