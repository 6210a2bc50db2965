import { isObject, type Json } from "../core/json.js";
import { holdsLiquid } from "./liquid-text.js";
import type { Notes, Part, Said } from "./neutral.js";

/** A document's text as a part of a prompt. */
export const tagged = ({ name, text, context }: Part["slots"]): string => {
  const title = typeof name === "string" && name !== "" ? ` title="${name.replaceAll('"', "'")}"` : "";
  const before = typeof context === "string" && context !== "" ? `${context}\n\n` : "";
  return `<document${title}>\n${before}${String(text ?? "")}\n</document>`;
};

/** Cohere's documents, which stand beside the conversation, as blocks in front of what the user says last. */
export const readDocuments = ({ value, path }: Said, notes: Notes): Part[] => {
  const at = path.join(".");
  notes.add(
    "mind",
    "citations_lost",
    at,
    "are told to the model as documents of the user's turn; the places in them that an answer cites are not told any more",
  );
  if (holdsLiquid(value)) return [paper({ text: value }, at)];
  return (Array.isArray(value) ? value : []).map((document, index) => {
    const { title, ...fields } = isObject(document) ? (document as Record<string, Json>) : { text: document };
    const [only, ...others] = Object.entries(fields);
    const text =
      only && others.length === 0
        ? String(only[1])
        : Object.entries(fields)
            .map(([key, field]) => `${key}: ${typeof field === "string" ? field : JSON.stringify(field)}`)
            .join("\n");
    return paper({ ...(typeof title === "string" && { name: title }), text }, `${at}[${index}]`);
  });
};

const paper = (slots: Part["slots"], at: string): Part => ({ kind: "paper", slots, own: null, left: [], at });
