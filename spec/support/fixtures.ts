import { readdirSync, readFileSync } from "node:fs";
import type { JsonObject } from "../../src/core/json.js";

/** One model of fixtures/models: a sample request and response, and what they mean. */
export interface ModelFixture {
  readonly family: string;
  readonly name: string;
  readonly modelId: string;
  readonly inferenceProfiles: readonly string[];
  readonly profileRequired: boolean;
  readonly lifecycle: "active" | "preview" | "legacy" | "gone";
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

/** A file may list several models that share its samples. */
export const modelFixtures: readonly ModelFixture[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: family }) =>
    readdirSync(new URL(`${family}/`, folder)).flatMap((file) => {
      const { models = [{}], ...shared } = JSON.parse(
        readFileSync(new URL(`${family}/${file}`, folder), "utf8"),
      );
      return models.map((model: object) => ({ family, ...shared, ...model }));
    }),
  );
