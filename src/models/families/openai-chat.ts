import type { Family } from "./family.js";

/** The OpenAI chat-completion shape, which Bedrock's open-weight models and newer Mistral models take. */
export const openaiChat = {
  name: "openai-chat",
  title: "Chat completion (Pixtral, Mistral, gpt-oss, Qwen, DeepSeek V3, and others)",
  models:
    /^(mistral\.(pixtral|mistral-large-(?!2402)|ministral|magistral|devstral|voxtral)|openai\.gpt-oss-(\d+b-1:|safeguard)|qwen\.qwen3|deepseek\.v3|moonshot(ai)?\.kimi-k2|minimax\.minimax-m2|zai\.glm-(4\.7|5(?!\.))|google\.gemma-3|nvidia\.nemotron)/,
  request: {
    prompt: "messages[?role=='user'].content | [].[text || @] | []",
    system: "messages[?role != 'user' && role != 'assistant' && role != 'tool'].[role, content]",
    maxTokens: [["max_tokens"], ["max_completion_tokens"]],
  },
  response: {
    text: "choices[0].message.content",
    reasoning: "choices[0].message.reasoning_content || choices[0].message.reasoning",
    refusal: "choices[0].message.refusal",
    toolCalls: "choices[0].message.[tool_calls, function_call][] | [?@]",
    stopReason: "choices[0].finish_reason || choices[0].stop_reason",
    usage: {
      input: "usage.prompt_tokens",
      output: "usage.completion_tokens",
      thinking: "usage.completion_tokens_details.reasoning_tokens",
    },
  },
  structured: [
    {
      kind: "native",
      trait: "native_schema",
      body: {
        response_format: { type: "json_schema", json_schema: { name: "answer", schema: "{{ schema }}" } },
      },
    },
    {
      // In Mistral's chat completion `any` is the word for "call a tool".
      kind: "tool",
      trait: "forced_tool",
      body: {
        tools: [
          {
            type: "function",
            function: { name: "answer", description: "Takes the answer.", parameters: "{{ schema }}" },
          },
        ],
        tool_choice: "any",
      },
      answer: "choices[0].message.tool_calls[].function.arguments",
      reply: {
        id: "{{ id }}",
        object: "chat.completion",
        created: "{{ created }}",
        model: "{{ model }}",
        choices: [
          {
            index: 0,
            message: {
              role: "assistant",
              content: "",
              tool_calls: [
                {
                  id: "{{ id }}",
                  type: "function",
                  function: { name: "answer", arguments: "{{ answer_text }}" },
                },
              ],
            },
            finish_reason: "{{ stop_reason }}",
          },
        ],
        usage: {
          prompt_tokens: "{{ input_tokens }}",
          completion_tokens: "{{ output_tokens }}",
          total_tokens: "{{ total_tokens }}",
        },
      },
      stopReason: "tool_calls",
    },
  ],
  reasoningTags: [
    { open: "<reasoning>", close: "</reasoning>" },
    { open: "<think>", close: "</think>", trait: "opens_thinking", openedByPrompt: "maybe" },
    { open: "<think>", close: "</think>" },
    { open: "[THINK]", close: "[/THINK]" },
    {
      // The markers of its format, where they are not taken off.
      open: "<|channel|>analysis<|message|>",
      close: "<|channel|>final<|message|>",
      models: /^openai\.gpt-oss/,
    },
  ],
  rules: [
    {
      trait: "no_stream",
      when: "stream",
      says: "stream true is refused by InvokeModel: remove it",
      level: "refused",
    },
    {
      trait: "max_completion_tokens",
      when: "max_tokens",
      says: "this model's documents call the limit max_completion_tokens",
      level: "note",
    },
    {
      trait: "max_tokens_alone",
      when: "max_completion_tokens",
      says: "max_completion_tokens is called max_tokens in this model's documents",
      level: "doubtful",
    },
    {
      when: "max_tokens && max_completion_tokens",
      says: "max_tokens and max_completion_tokens say the same: remove one of them",
      level: "doubtful",
    },
  ],
  reply: {
    id: "{{ id }}",
    object: "chat.completion",
    created: "{{ created }}",
    model: "{{ model }}",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "{{ text }}" },
        finish_reason: "{{ stop_reason }}",
      },
    ],
    usage: {
      prompt_tokens: "{{ input_tokens }}",
      completion_tokens: "{{ output_tokens }}",
      total_tokens: "{{ total_tokens }}",
    },
  },
  stopReasons: { end: "stop", length: "length" },
} as const satisfies Family;
