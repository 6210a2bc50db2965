/** What single models take beside words, by base id, as their cards and the user guide's table of Converse say. */
export const abilities = {
  /** Take images. What stands nowhere is taken not to. */
  image:
    /^anthropic\.claude-(?!3-5-haiku)|^amazon\.nova-(?!micro)|^meta\.llama(?:3-2-(?:11|90)b|4)|^mistral\.(?:pixtral|mistral-large-3|ministral-3)|^qwen\.qwen3-vl|^google\.gemma-3|^moonshotai\.kimi-k2\.5/,
  /** Take videos. */
  video: /^amazon\.nova-(?!micro)/,
  /** Take documents as blocks. */
  document: /^anthropic\.claude-(?!instant|v2)|^amazon\.nova-(?!micro)/,
  /** Take tools, whatever the API. */
  tool: /^anthropic\.claude-(?!instant|v2)|^amazon\.nova|^meta\.llama(?:3-[13]|3-2-(?:11|90)b|4)|^mistral\.(?!mistral-7b|mixtral)|^ai21\.jamba|^cohere\.command-r|^openai\.|^qwen\.|^deepseek\.v3|^moonshot|^minimax|^zai\.|^google\.gemma-3|^nvidia\.|^xai\./,
  /** Think before they answer although nothing asks them to, beside those whose facts say so. */
  thinking: /^openai\.gpt-oss|^deepseek\.r1|^mistral\.magistral|^moonshot(?:ai)?\.kimi-k2-thinking/,
} as const;
