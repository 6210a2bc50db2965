import type { Form } from "../form.js";
import { chatReply } from "./openai-chat.js";

export const jambaForm = {
  name: "jamba",
  dialect: "openai",
  silent: { stream: false },
  talk: { is: "messages", at: "messages", content: "text", systemRoles: ["system"] },
  words: {
    maxTokens: { at: [["max_tokens"]], range: [0, 4096] },
    temperature: { at: [["temperature"]], range: [0, 2] },
    topP: { at: [["top_p"]], range: [0.01, 1] },
    stop: { at: [["stop"]], list: true },
    frequencyPenalty: { at: [["frequency_penalty"]], nothing: [0] },
    presencePenalty: { at: [["presence_penalty"]], nothing: [0] },
    answers: { at: [["n"]], nothing: [1] },
    guardTag: { at: [["amazon-bedrock-guardrailConfig", "tagSuffix"]] },
  },
  reply: { ...chatReply, latency: ["/meta/requestDurationMillis"] },
  endings: [
    ["stop", "end"],
    ["stop", "stop"],
    ["length", "length"],
  ],
  warmth: [{ value: 1 }],
} as const satisfies Form;
