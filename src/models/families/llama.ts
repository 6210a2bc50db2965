import type { Family } from "./family.js";

export const llama = {
  name: "llama",
  title: "Meta Llama",
  models: /^meta\.llama/,
  request: { prompt: "prompt", maxTokens: [["max_gen_len"]] },
  response: {
    text: "generation",
    stopReason: "stop_reason",
    usage: { input: "prompt_token_count", output: "generation_token_count" },
  },
  chat: {
    key: "prompt",
    template:
      "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{{ prompt }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    marks: ["<|begin_of_text|>", "<|start_header_id|>", "<|header_start|>"],
    doubtful: {
      trait: "other_chat_marks",
      says: "auto writes the marks of Llama 3, as AWS prints them for this model; Meta's own page has others (<|header_start|>). api: converse leaves them to Bedrock.",
    },
    systemTurn: /<\|(?:start_header_id|header_start)\|>system<\|.*?(?:<\|eot_id\|>|<\|eot\|>|$)/gs,
  },
  reply: {
    generation: "{{ text }}",
    prompt_token_count: "{{ input_tokens }}",
    generation_token_count: "{{ output_tokens }}",
    stop_reason: "{{ stop_reason }}",
  },
  stream: {
    chunk: {
      generation: "{{ text }}",
      prompt_token_count: "{{ first_input_tokens }}",
      generation_token_count: "{{ output_tokens }}",
      stop_reason: "{{ stop_reason }}",
    },
  },
  stopReasons: { end: "stop", length: "length" },
} as const satisfies Family;
