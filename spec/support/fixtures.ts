import { readdirSync, readFileSync } from "node:fs";
import type { JsonObject } from "../../src/json.js";

/** One model of fixtures/models: a sample request and response of its vendor, and what they mean. */
export interface ModelFixture {
  readonly family: string;
  readonly name: string;
  readonly modelId: string;
  readonly inferenceProfiles: readonly string[];
  readonly profileRequired: boolean;
  readonly record: Record<string, unknown>;
  readonly template: JsonObject;
  readonly request: JsonObject;
  readonly response: JsonObject;
  readonly headers: Record<string, string>;
  readonly expected: {
    readonly text: string;
    readonly stopReason: string;
    readonly truncated: boolean;
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
  };
}

const folder = new URL("../../fixtures/models/", import.meta.url);

export const modelFixtures: readonly ModelFixture[] = readdirSync(folder).flatMap((family) =>
  readdirSync(new URL(`${family}/`, folder)).map((file) => ({
    family,
    ...JSON.parse(readFileSync(new URL(`${family}/${file}`, folder), "utf8")),
  })),
);
