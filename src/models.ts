import { readdirSync, readFileSync } from "node:fs";

/** A Bedrock model that the connector is proven with. */
export interface Model {
  readonly provider: string;
  readonly name: string;
  readonly modelId: string;
  readonly inferenceProfiles: readonly string[];
  /** True where Bedrock refuses the bare model id. */
  readonly profileRequired: boolean;
  /** As of the autumn of 2026; Bedrock's own answer is newer. */
  readonly lifecycle: "active" | "legacy" | "gone";
  readonly family: string;
}

const folder = new URL("../fixtures/models/", import.meta.url);

/** The models of the fixtures, by family. */
export const listModels = (): Model[] =>
  readdirSync(folder)
    .sort()
    .flatMap((family) =>
      readdirSync(new URL(`${family}/`, folder))
        .sort()
        .map((file) => readModel(family, file)),
    );

const readModel = (family: string, file: string): Model => {
  const { provider, name, modelId, inferenceProfiles, profileRequired, lifecycle } = JSON.parse(
    readFileSync(new URL(`${family}/${file}`, folder), "utf8"),
  );
  return { provider, name, modelId, inferenceProfiles, profileRequired, lifecycle, family };
};
