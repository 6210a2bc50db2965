import { readdirSync, readFileSync } from "node:fs";
import type { JsonObject } from "../../src/core/json.js";
import { listModels, type Model } from "../../src/models/list-models.js";

/** A sample request and response of one or several models, and what they mean. */
interface Sample {
  readonly record: Record<string, unknown>;
  readonly template: JsonObject;
  readonly request: JsonObject;
  readonly response: JsonObject;
  readonly headers: Record<string, string>;
  readonly expected: {
    /** One of the two. */
    readonly text?: string;
    readonly vector?: readonly number[];
    readonly stopReason: string | null;
    readonly truncated: boolean;
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
  };
}

const folder = new URL("../../fixtures/models/", import.meta.url);

/** The samples of fixtures/models, whose folders are named after families. */
export const modelSamples: readonly (Sample & {
  readonly folder: string;
  readonly models: readonly string[];
})[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .sort()
  .map((path) => ({
    folder: path.replace(/[\\/].*/, ""),
    ...JSON.parse(readFileSync(new URL(path.replaceAll("\\", "/"), folder), "utf8")),
  }));

/** One model with its sample. */
export type ModelFixture = Sample & Model & { readonly family: string };

/** Every model that has a sample. */
export const modelFixtures: readonly ModelFixture[] = modelSamples.flatMap(
  ({ folder: family, models, ...sample }) =>
    models.flatMap((id) => {
      const model = listModels().find(({ modelId }) => modelId === id);
      return model ? [{ ...model, ...sample, family }] : [];
    }),
);
