import { claude } from "./claude.js";
import { cohereCommand } from "./cohere-command.js";
import { cohereCommandR } from "./cohere-command-r.js";
import { cohereEmbed } from "./cohere-embed.js";
import { converse } from "./converse.js";
import { deepseekR1 } from "./deepseek-r1.js";
import type { Family } from "./family.js";
import { jamba } from "./jamba.js";
import { llama } from "./llama.js";
import { mistralText } from "./mistral-text.js";
import { nova } from "./nova.js";
import { novaEmbed } from "./nova-embed.js";
import { openaiChat } from "./openai-chat.js";
import { titanEmbed } from "./titan-embed.js";
import { titanEmbedImage } from "./titan-embed-image.js";
import { titanText } from "./titan-text.js";

/** Every family, in the order the documentation shows them. Their patterns do not overlap. */
export const families: readonly Family[] = [
  claude,
  nova,
  titanText,
  llama,
  mistralText,
  openaiChat,
  deepseekR1,
  jamba,
  cohereCommandR,
  cohereCommand,
  titanEmbed,
  titanEmbedImage,
  novaEmbed,
  cohereEmbed,
];

/** The families of the APIs that have one shape for all models. */
export const apiFamilies: Readonly<Record<string, Family>> = { converse };
