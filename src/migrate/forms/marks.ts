import type { Marks } from "../form.js";

const heads = (open: string, close: string): Marks["opens"] =>
  (["system", "user", "assistant"] as const).map((role) => [`${open}${role}${close}`, role]);

/**
 * How raw prompts mark turns, by name, the surest first. A prompt is looked at for all of them: people send one
 * family's marks to another.
 */
export const chatMarks: readonly Marks[] = [
  {
    name: "llama3",
    opens: heads("<|start_header_id|>", "<|end_header_id|>"),
    closes: ["<|eot_id|>", "<|eom_id|>"],
    silent: ["<|begin_of_text|>", "<|end_of_text|>"],
    pieces: ["<|start_header_id|>", "<|end_header_id|>", "<|python_tag|>", "<|image|>"],
    write: {
      begin: "<|begin_of_text|>",
      system: "<|start_header_id|>system<|end_header_id|>\n\n$text<|eot_id|>",
      user: "<|start_header_id|>user<|end_header_id|>\n\n$text<|eot_id|>",
      assistant: "<|start_header_id|>assistant<|end_header_id|>\n\n$text<|eot_id|>",
      cue: "<|start_header_id|>assistant<|end_header_id|>\n\n$text",
    },
  },
  {
    name: "llama4",
    opens: heads("<|header_start|>", "<|header_end|>"),
    closes: ["<|eot|>", "<|eom|>"],
    silent: ["<|begin_of_text|>", "<|end_of_text|>"],
    pieces: ["<|header_start|>", "<|header_end|>", "<|python_start|>", "<|image|>", "<|image_start|>"],
  },
  {
    // Llama 2's system turn inside of it; Mistral's own since its seventh tokenizer.
    name: "mistral",
    lax: true,
    opens: [
      ["[INST]", "user"],
      ["[/INST]", "assistant"],
      ["<<SYS>>", "system"],
      ["<</SYS>>", "user"],
      ["[SYSTEM_PROMPT]", "system"],
    ],
    closes: ["</s>", "[/SYSTEM_PROMPT]"],
    silent: ["<s>"],
    pieces: ["[AVAILABLE_TOOLS]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[IMG]"],
    write: {
      begin: "<s>",
      user: "[INST] $text [/INST]",
      assistant: " $text</s>",
      cue: "$text",
    },
  },
  {
    name: "deepseek",
    opens: [
      ["<｜User｜>", "user"],
      ["<｜Assistant｜>", "assistant"],
      ["<|User|>", "user"],
      ["<|Assistant|>", "assistant"],
    ],
    closes: ["<｜end▁of▁sentence｜>", "<|end_of_sentence|>"],
    silent: ["<｜begin▁of▁sentence｜>", "<|begin_of_sentence|>", "<think>\n</think>", "<think>"],
    lead: "system",
    pieces: ["</think>", "<｜tool"],
    write: {
      begin: "<｜begin▁of▁sentence｜>",
      system: "$text",
      user: "<｜User｜>$text",
      assistant: "<｜Assistant｜>$text<｜end▁of▁sentence｜>",
      cue: "<｜Assistant｜>$text",
    },
  },
  {
    // Qwen's, and what many open models were trained with.
    name: "chatml",
    opens: heads("<|im_start|>", ""),
    closes: ["<|im_end|>"],
    silent: ["<|endoftext|>"],
    pieces: ["<|im_start|>"],
  },
  {
    name: "gemma",
    opens: [
      ["<start_of_turn>system", "system"],
      ["<start_of_turn>user", "user"],
      ["<start_of_turn>model", "assistant"],
    ],
    closes: ["<end_of_turn>"],
    silent: ["<bos>", "<eos>"],
    pieces: ["<start_of_turn>", "<start_of_image>"],
  },
  {
    name: "command",
    opens: [
      ["<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>", "system"],
      ["<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "user"],
      ["<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "assistant"],
    ],
    closes: ["<|END_OF_TURN_TOKEN|>"],
    silent: ["<BOS_TOKEN>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"],
    pieces: ["<|START_OF_TURN_TOKEN|>"],
  },
  {
    // That of gpt-oss: what the assistant says to itself has a channel of its own, and is no turn.
    name: "harmony",
    opens: [
      ["<|start|>system<|message|>", "system"],
      ["<|start|>developer<|message|>", "system"],
      ["<|start|>user<|message|>", "user"],
      ["<|start|>assistant<|channel|>final<|message|>", "assistant"],
      ["<|start|>assistant", "assistant"],
    ],
    closes: ["<|end|>", "<|return|>"],
    pieces: ["<|start|>", "<|channel|>", "<|message|>", "<|call|>"],
  },
  {
    name: "phi",
    opens: heads("<|", "|>"),
    closes: ["<|end|>", "</s>"],
    silent: ["<|endoftext|>", "<s>"],
  },
  {
    name: "human",
    lax: true,
    opens: [
      ["\n\nHuman:", "user"],
      ["\n\nAssistant:", "assistant"],
    ],
    closes: [],
    lead: "system",
    only: /\n\nHuman:[\s\S]*\n\nAssistant:/,
  },
  {
    name: "titan",
    lax: true,
    opens: [
      ["\nUser:", "user"],
      ["\nBot:", "assistant"],
    ],
    closes: [],
    lead: "system",
    // In prose such words stand anywhere.
    only: /^\s*User:|\nBot:\s*$/,
  },
];
