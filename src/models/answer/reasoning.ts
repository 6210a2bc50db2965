import type { ReasoningTags } from "../../core/reply.js";
import type { Family } from "../families/family.js";
import { apiFamilies, families } from "../families/index.js";
import { firstBaseModel, resolveFamily } from "../find-family.js";
import { isFor } from "../model-facts.js";

/**
 * The tags that a model may write around reasoning, whatever the API. The first id that names it decides; a model of no
 * family is taken to use any that are known.
 */
export const reasoningTagsOf = (family: Family | null, ...modelIds: string[]): readonly ReasoningTags[] => {
  const model = resolveFamily(...modelIds) ?? (family && !isApi(family) ? family : null);
  if (!model) return everyTag;
  const base = firstBaseModel(...modelIds);
  return (model.reasoningTags ?? []).filter(({ trait, models }) =>
    base === null ? !trait && !models : isFor({ ...(trait && { trait }), ...(models && { models }) }, base),
  );
};

const isApi = (family: Family): boolean => Object.values(apiFamilies).includes(family);

const everyTag: readonly ReasoningTags[] = families.flatMap(({ reasoningTags = [] }) =>
  reasoningTags.filter(({ openedByPrompt }) => !openedByPrompt),
);

/** Splits off reasoning that stands in front of the answer, tags and all; the answer is left untouched. */
export const splitReasoning = (
  text: string,
  tags: readonly ReasoningTags[],
  promptEnds: (tag: string) => boolean = () => false,
): { text: string; reasoning: string | null; guessedBy?: string } => {
  const thoughts: string[] = [];
  let rest = text;
  for (let tag = tagAt(rest, tags); tag; tag = tagAt(rest, tags)) {
    const start = rest.indexOf(tag.open) + tag.open.length;
    const end = rest.indexOf(tag.close, start);
    thoughts.push(rest.slice(start, end < 0 ? undefined : end));
    // Cut off inside the reasoning: there is no answer.
    rest = end < 0 ? "" : rest.slice(end + tag.close.length);
  }
  if (thoughts.length > 0) return { text: rest, reasoning: thoughts.join("\n") };
  for (const { open, close, openedByPrompt } of tags) {
    if (!openedByPrompt) continue;
    const end = text.indexOf(close);
    if (end >= 0) {
      const reasoning = text.slice(0, end);
      // On a line's beginning it is no word of a sentence.
      const guess = openedByPrompt === "maybe" &&
        !/(?:^|\n)[^\S\n]*$/.test(reasoning) && { guessedBy: close };
      return { text: text.slice(end + close.length), reasoning, ...guess };
    }
    if (openedByPrompt === "always" && promptEnds(open)) return { text: "", reasoning: text };
  }
  return { text, reasoning: null };
};

/** The tag that a text begins with. */
const tagAt = (text: string, tags: readonly ReasoningTags[]): ReasoningTags | undefined => {
  const start = /\S/.exec(text)?.index ?? 0;
  return tags.find(({ open }) => text.startsWith(open, start));
};
