/**
 * Models that keep to a JSON Schema by themselves: Anthropic's by AWS's page on Claude's structured outputs and the
 * card of Sonnet 4.6; the cards of Opus 4.7 and Sonnet 5.5 say no.
 */
export const schemaClaude = /^anthropic\.claude-(haiku-4-5|sonnet-4-[56]|opus-4-[56])(?!\d)/;

/** Claude that may be made to call a tool; from 5.5 on it refuses that, and 5 thinks by default. */
export const toolClaude = /^anthropic\.claude-(3|(haiku|sonnet|opus)-4)/;

/** The open-weight vendors that AWS named with the feature. Mistral's cards differ from model to model. */
export const schemaOpenWeight =
  /^(qwen\.qwen3|openai\.gpt-oss|deepseek\.v3|google\.gemma-3|minimax\.minimax-m2|moonshot(ai)?\.kimi-k2|nvidia\.nemotron)/;
