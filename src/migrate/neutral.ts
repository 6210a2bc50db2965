import type { Json, JsonObject } from "../core/json.js";
import type { Form, Word } from "./form.js";
import type { Slots } from "./shape.js";

/** One block of what somebody says, whatever family wrote it. */
export interface Part {
  /** The name of its shape; `cache` is a mark up to which a prompt is cached; `other` has no shape. */
  readonly kind: string;
  readonly slots: Slots;
  /** As it stood, for a form of the same dialect; `null` for a mark that stood inside of the block before it. */
  readonly own: { readonly dialect: Form["dialect"]; readonly value: Json } | null;
  /** Keys of it that its shape has no word for. */
  readonly left: readonly string[];
  /** Where it stood, such as `messages[0].content[1]`. */
  readonly at: string;
}

export interface Turn {
  readonly role: "user" | "assistant";
  readonly parts: readonly Part[];
  /** Whether it was one text and no list. */
  readonly plain: boolean;
}

/** What a word says. */
export interface Said {
  /** A list where the word is one. */
  readonly value: Json;
  /** As it stood. */
  readonly raw: Json;
  /** The name of the shape that it has, with what stands in the shape's slots. */
  readonly means?: string;
  readonly slots?: Slots;
  /** Keys from the top of the body to it. */
  readonly path: readonly string[];
}

/** What a body says, in no family's words. */
export interface Neutral {
  readonly system: readonly Part[];
  readonly systemIsPlain: boolean;
  readonly turns: readonly Turn[];
  /** One raw prompt as it came, for families that take one. */
  readonly prompt: { readonly text: string; readonly marks: string | null } | null;
  /** Messages that a column brings as a whole. */
  readonly column: { readonly at: string; readonly value: string } | null;
  readonly words: ReadonlyMap<Word, Said>;
  /** What no word is for. */
  readonly rest: readonly { readonly path: readonly string[]; readonly value: Json }[];
}

/** What was done with something of the old configuration, or is to be known of the new one. */
export interface Note {
  /** Stable, for programs. */
  readonly code: string;
  readonly done: "left_out" | "renamed" | "clamped" | "added" | "moved" | "kept" | "refused" | "mind";
  /** The place in the body or the setting. */
  readonly at: string;
  /** One sentence, without values of rows. */
  readonly says: string;
}

/** Collects notes while a body is read and written. */
export interface Notes {
  readonly all: readonly Note[];
  add(done: Note["done"], code: string, at: string, says: string): void;
}

export const createNotes = (): Notes => {
  const all: Note[] = [];
  return {
    all,
    add: (done, code, at, says) => {
      if (!all.some((note) => note.code === code && note.at === at && note.says === says))
        all.push({ code, done, at, says });
    },
  };
};

export const pathText = (path: readonly string[]): string => path.join(".");

/** The object with a value at a path, made where it is not there; nothing else changes. */
export const withValue = (
  body: JsonObject,
  [key = "", ...rest]: readonly string[],
  value: Json,
): JsonObject => {
  if (rest.length === 0) return { ...body, [key]: value };
  const inner = body[key];
  const object = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
  return { ...body, [key]: withValue(object, rest, value) };
};

/** The object without what stands at a path, and without the objects that this leaves empty. */
export const withoutPath = (body: JsonObject, [key = "", ...rest]: readonly string[]): JsonObject => {
  const { [key]: inner, ...others } = body;
  if (rest.length === 0 || typeof inner !== "object" || inner === null || Array.isArray(inner)) return others;
  const left = withoutPath(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...body, [key]: left };
};
