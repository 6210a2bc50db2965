import type { Form } from "../form.js";
import { claudeForm, claudeTextForm } from "./claude.js";
import { cohereCommandForm, cohereCommandRForm } from "./cohere.js";
import { converseForm } from "./converse.js";
import { jambaForm } from "./jamba.js";
import { novaForm } from "./nova.js";
import { openaiChatForm } from "./openai-chat.js";
import { deepseekR1Form, llamaForm, mistralTextForm, titanTextForm } from "./raw.js";
import { cohereEmbedForm, novaEmbedForm, titanEmbedForm, titanEmbedImageForm } from "./vectors.js";

/** The form of every family, and one of bodies that are gone. */
export const forms: readonly Form[] = [
  claudeForm,
  claudeTextForm,
  novaForm,
  openaiChatForm,
  converseForm,
  llamaForm,
  mistralTextForm,
  deepseekR1Form,
  titanTextForm,
  jambaForm,
  cohereCommandForm,
  cohereCommandRForm,
  titanEmbedForm,
  titanEmbedImageForm,
  novaEmbedForm,
  cohereEmbedForm,
];
