import { isObject, valueAt } from "../../core/json.js";
import { blockKinds } from "../families/answer-words.js";

/** What the blocks of an answer hold. */
export interface Parts {
  /** The texts of all blocks in their order, as one. */
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  /** Whether a tool is called. */
  readonly callsTool: boolean;
  /** The kinds that are not known here, each once. */
  readonly unread: readonly string[];
}

/** Reads an answer, which is a text, a block, or a list of both; `null` for what is none of it. */
export const readBlocks = (answer: unknown): Parts | null => {
  if (typeof answer !== "string" && (typeof answer !== "object" || answer === null)) return null;
  const found = { text: "", reasoning: "", refusal: "", callsTool: false, unread: [] as string[] };
  const leave = (kind: string): void => {
    if (!found.unread.includes(kind)) found.unread.push(kind);
  };

  const read = (block: unknown, as: "text" | "reasoning" | "refusal"): void => {
    if (block === null || block === undefined) return;
    if (typeof block === "string") found[as] += block;
    else if (Array.isArray(block)) for (const part of block) read(part, as);
    else if (!isObject(block)) leave(typeof block);
    else for (const kind of kindsOf(block)) readKind(kind, block, as);
  };
  const readKind = (
    name: string,
    block: Record<string, unknown>,
    outer: "text" | "reasoning" | "refusal",
  ) => {
    const kind = Object.hasOwn(blockKinds, name) ? blockKinds[name] : undefined;
    if (!kind) leave(shown(name));
    else if (kind.is === "tool") found.callsTool = true;
    // The text inside of reasoning is reasoning.
    else if (kind.at) read(valueAt(block, kind.at), kind.is === "text" ? outer : kind.is);
  };

  read(answer, "text");
  return found;
};

/** A block has a `type`, or is called by its keys; what is beside a known key belongs to it. */
export const kindsOf = (block: Record<string, unknown>): string[] => {
  if (typeof block.type === "string") return [block.type];
  const keys = Object.keys(block);
  const known = keys.filter((key) => Object.hasOwn(blockKinds, key));
  return known.length > 0 ? known : keys.slice(0, 1);
};

/** A name that is none may hold anything. */
const shown = (name: string): string =>
  /^[a-zA-Z][\w.-]{0,63}$/.test(name) ? name : "a kind without a plain name";

/**
 * What an element of a sample is found by in an answer: its constant `type`, or the only key that it has where that is
 * one of a kind of blocks. `null` where nothing but its place tells.
 */
export const kindInSample = (item: unknown): string | null => {
  if (!isObject(item)) return null;
  if (typeof item.type === "string") return item.type.includes("{{") ? null : item.type;
  const [only, ...others] = Object.keys(item);
  return only !== undefined && others.length === 0 && Object.hasOwn(blockKinds, only) ? only : null;
};
