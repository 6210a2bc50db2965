import type { Family } from "./families/family.js";
import { baseModelId } from "./find-family.js";

/** What a model takes and writes at most, in tokens. */
export interface Limits {
  /** Input and output together. */
  readonly context?: number;
  readonly output?: number;
}

/** What is known of the first id that names a model; `undefined` where nothing is. */
export const limitsOf = (...modelIds: (string | undefined)[]): Limits | undefined => {
  const base = modelIds.map((id) => (id ? baseModelId(id) : null)).find((id) => id !== null);
  return base && Object.hasOwn(limits, base) ? limits[base] : undefined;
};

/**
 * How many tokens of the tokens-per-minute quota one output token of a model burns when its call ends: at the start
 * a call takes its input and its whole output limit, at the end its input, cache writes and output times this.
 * The first id that names a model decides, as with `resolveFamily`; 1 where nothing else is known.
 */
export const burndownOf = (family: Family | null, ...modelIds: (string | undefined)[]): number => {
  for (const modelId of modelIds) {
    const base = modelId ? baseModelId(modelId) : null;
    if (base) return family?.burndown?.find(({ models }) => models.test(base))?.rate ?? 1;
  }
  return 1;
};

/**
 * By base model id. From the parameter pages and model cards of the Bedrock user guide; for models whose page says
 * nothing, from models.dev as of November 2026. Where sources differ the larger stands: a limit that is too low would
 * cry wolf.
 */
const limits: Readonly<Record<string, Limits>> = {
  "ai21.jamba-1-5-large-v1:0": { context: 256_000, output: 4_096 },
  "ai21.jamba-1-5-mini-v1:0": { context: 256_000, output: 4_096 },
  "amazon.nova-2-lite-v1:0": { context: 1_000_000, output: 65_535 },
  "amazon.nova-lite-v1:0": { context: 300_000, output: 10_000 },
  "amazon.nova-micro-v1:0": { context: 128_000, output: 10_000 },
  "amazon.nova-premier-v1:0": { context: 1_000_000 },
  "amazon.nova-pro-v1:0": { context: 300_000, output: 10_000 },
  "amazon.titan-embed-text-v1": { context: 8_192 },
  "amazon.titan-embed-text-v2:0": { context: 8_192 },
  "amazon.titan-text-express-v1": { output: 8_192 },
  "amazon.titan-text-lite-v1": { output: 4_096 },
  "amazon.titan-text-premier-v1:0": { output: 3_072 },
  "anthropic.claude-3-5-haiku-20241022-v1:0": { context: 200_000, output: 8_192 },
  "anthropic.claude-3-5-sonnet-20240620-v1:0": { context: 200_000, output: 8_192 },
  "anthropic.claude-3-5-sonnet-20241022-v2:0": { context: 200_000, output: 8_192 },
  "anthropic.claude-3-7-sonnet-20250219-v1:0": { context: 200_000 },
  "anthropic.claude-3-haiku-20240307-v1:0": { context: 200_000, output: 4_096 },
  "anthropic.claude-3-opus-20240229-v1:0": { context: 200_000, output: 4_096 },
  "anthropic.claude-3-sonnet-20240229-v1:0": { context: 200_000, output: 4_096 },
  "anthropic.claude-fable-5": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-fable-5-1": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-fable-5-2": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-haiku-4-5-20251001-v1:0": { context: 200_000, output: 64_000 },
  "anthropic.claude-haiku-5-5": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-opus-4-1-20250805-v1:0": { context: 200_000, output: 32_000 },
  "anthropic.claude-opus-4-5-20251101-v1:0": { context: 200_000, output: 64_000 },
  "anthropic.claude-opus-4-6-v1": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-opus-4-7": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-opus-4-8": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-opus-5": { context: 1_000_000 },
  "anthropic.claude-opus-5-5": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-sonnet-4-20250514-v1:0": { context: 200_000 },
  "anthropic.claude-sonnet-4-5-20250929-v1:0": { context: 200_000, output: 64_000 },
  "anthropic.claude-sonnet-4-6": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-sonnet-5": { context: 1_000_000, output: 128_000 },
  "anthropic.claude-sonnet-5-5": { context: 1_000_000, output: 128_000 },
  "cohere.command-light-text-v14": { output: 4_096 },
  "cohere.command-text-v14": { output: 4_096 },
  "cohere.embed-v4:0": { context: 128_000 },
  "deepseek.r1-v1:0": { output: 32_768 },
  "deepseek.v3-v1:0": { context: 163_840, output: 81_920 },
  "deepseek.v3.2": { context: 163_840, output: 81_920 },
  "google.gemma-4-26b-a4b": { context: 262_144, output: 32_768 },
  "google.gemma-4-31b": { context: 262_144, output: 32_768 },
  "google.gemma-4-e2b": { context: 131_072, output: 8_192 },
  "meta.llama3-1-70b-instruct-v1:0": { context: 128_000, output: 4_096 },
  "meta.llama3-1-8b-instruct-v1:0": { context: 128_000, output: 4_096 },
  "meta.llama3-3-70b-instruct-v1:0": { context: 128_000, output: 4_096 },
  "meta.llama3-70b-instruct-v1:0": { context: 8_192 },
  "meta.llama3-8b-instruct-v1:0": { context: 8_192 },
  "meta.llama4-maverick-17b-instruct-v1:0": { context: 1_000_000, output: 8_192 },
  "meta.llama4-scout-17b-instruct-v1:0": { context: 10_000_000, output: 8_192 },
  "minimax.minimax-m2": { context: 204_608, output: 128_000 },
  "minimax.minimax-m2.1": { context: 196_608, output: 131_072 },
  "minimax.minimax-m2.5": { context: 196_608, output: 98_304 },
  "mistral.devstral-2-123b": { context: 262_144, output: 8_192 },
  "mistral.magistral-small-2509": { context: 128_000, output: 40_000 },
  "mistral.ministral-3-14b-instruct": { context: 128_000, output: 4_096 },
  "mistral.ministral-3-3b-instruct": { context: 256_000, output: 8_192 },
  "mistral.ministral-3-8b-instruct": { context: 128_000, output: 4_096 },
  "mistral.mistral-7b-instruct-v0:2": { output: 8_192 },
  "mistral.mistral-large-2402-v1:0": { output: 8_192 },
  "mistral.mistral-large-3-675b-instruct": { context: 262_144, output: 8_192 },
  "mistral.mistral-small-2402-v1:0": { output: 8_192 },
  "mistral.mixtral-8x7b-instruct-v0:1": { output: 4_096 },
  "mistral.pixtral-large-2502-v1:0": { context: 128_000 },
  "mistral.voxtral-mini-3b-2507": { context: 32_768, output: 4_096 },
  "mistral.voxtral-small-24b-2507": { context: 32_768, output: 8_192 },
  "moonshot.kimi-k2-thinking": { context: 262_144, output: 16_000 },
  "moonshotai.kimi-k2.5": { context: 262_144, output: 16_384 },
  "moonshotai.kimi-k3": { context: 1_048_576 },
  "moonshotai.kimi-k3.1": { context: 1_048_576 },
  "nvidia.nemotron-nano-12b-v2": { context: 131_072, output: 8_192 },
  "nvidia.nemotron-nano-3-30b": { context: 262_144, output: 8_192 },
  "nvidia.nemotron-nano-9b-v2": { context: 131_072, output: 8_192 },
  "nvidia.nemotron-super-3-120b": { context: 262_144, output: 131_072 },
  "openai.gpt-5.4": { context: 1_000_000, output: 128_000 },
  "openai.gpt-5.5": { context: 1_000_000, output: 128_000 },
  "openai.gpt-5.6-luna": { context: 1_050_000, output: 128_000 },
  "openai.gpt-5.6-sol": { context: 1_050_000, output: 128_000 },
  "openai.gpt-5.6-terra": { context: 1_050_000, output: 128_000 },
  "openai.gpt-6-astra": { context: 1_050_000, output: 128_000 },
  "openai.gpt-6-luna": { context: 1_050_000, output: 128_000 },
  "openai.gpt-6-sol": { context: 1_050_000, output: 128_000 },
  "openai.gpt-6.1-sol": { context: 1_050_000, output: 128_000 },
  "openai.gpt-6.1-terra": { context: 1_050_000, output: 128_000 },
  "openai.gpt-oss-120b-1:0": { context: 131_072, output: 128_000 },
  "openai.gpt-oss-20b-1:0": { context: 131_072, output: 128_000 },
  "openai.gpt-oss-safeguard-120b": { context: 128_000, output: 16_384 },
  "openai.gpt-oss-safeguard-20b": { context: 128_000, output: 16_384 },
  "qwen.qwen3-235b-a22b-2507-v1:0": { context: 262_144, output: 131_072 },
  "qwen.qwen3-32b-v1:0": { context: 32_768, output: 16_384 },
  "qwen.qwen3-coder-30b-a3b-v1:0": { context: 262_144, output: 131_072 },
  "qwen.qwen3-coder-480b-a35b-v1:0": { context: 131_072, output: 65_536 },
  "qwen.qwen3-coder-next": { context: 262_144, output: 65_536 },
  "qwen.qwen3-next-80b-a3b": { context: 262_144, output: 262_000 },
  "qwen.qwen3-vl-235b-a22b": { context: 262_144, output: 262_000 },
  "writer.palmyra-x4-v1:0": { context: 122_880, output: 8_192 },
  "writer.palmyra-x5-v1:0": { context: 1_040_000, output: 8_192 },
  "xai.grok-4.3": { context: 1_000_000, output: 131_072 },
  "xai.grok-4.6": { context: 500_000, output: 500_000 },
  "xai.grok-4.7": { context: 500_000 },
  "zai.glm-4.7": { context: 202_752, output: 131_072 },
  "zai.glm-4.7-flash": { context: 202_752, output: 131_072 },
  "zai.glm-5": { context: 202_752, output: 131_072 },
  "zai.glm-5.3": { context: 1_000_000 },
};
