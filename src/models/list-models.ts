import { readdirSync, readFileSync } from "node:fs";
import { families } from "./families/index.js";
import { type Limits, limitsOf } from "./limits.js";

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
}

const folder = new URL("../../fixtures/models/", import.meta.url);

/** The models that a sample request and response prove, by family, and after them those whose body is not known. */
export const listModels = (): Model[] => [
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((family) => filesOf(family).flatMap((file) => modelsIn(`${family}/${file}`, family))),
  ...modelsIn("unproven.json", null),
];

const filesOf = (family: string): string[] => readdirSync(new URL(`${family}/`, folder)).sort();

/** A file holds one model, or several that share what it says under `models`. */
const modelsIn = (path: string, family: string | null): Model[] => {
  const entry = JSON.parse(readFileSync(new URL(path, folder), "utf8"));
  return (entry.models ?? [entry]).map((model: Entry) => toModel(model, family));
};

type Entry = Omit<Model, "family" | "answers" | "endOfLife" | "unproven" | "limits"> & Partial<Model>;

const toModel = (entry: Entry, family: string | null): Model => {
  const { provider, name, modelId, inferenceProfiles, profileRequired, lifecycle } = entry;
  const vector = families.find((known) => known.name === family)?.vector;
  return {
    provider,
    name,
    modelId,
    inferenceProfiles,
    profileRequired,
    lifecycle,
    endOfLife: entry.endOfLife ?? null,
    family,
    answers: entry.answers ?? (vector ? "vector" : "text"),
    unproven: entry.unproven ?? null,
    limits: limitsOf(modelId) ?? null,
  };
};
