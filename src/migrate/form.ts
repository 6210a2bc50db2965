import type { Json, JsonObject } from "../core/json.js";
import type { Selection } from "../models/families/family.js";

/** What bodies of different families say in different places. */
export type Word =
  | "maxTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "stop"
  | "frequencyPenalty"
  | "presencePenalty"
  | "seed"
  | "answers"
  | "thinking"
  | "effort"
  | "schema"
  | "tools"
  | "toolChoice"
  | "guardTag"
  | "documents"
  // Of families of vectors.
  | "text"
  | "dimensions"
  | "purpose"
  | "truncation"
  | "normalize"
  | "numbers";

/** What answers of different families say in different places. */
export type ReplyWord =
  | "text"
  | "role"
  | "stopReason"
  | "stopSequence"
  | "inputTokens"
  | "outputTokens"
  | "totalTokens"
  | "cacheRead"
  | "cacheWrite"
  | "reasoning"
  | "toolCalls"
  | "toolInput"
  | "latency"
  | "id"
  | "index"
  | "object"
  | "created"
  | "model"
  | "vector";

/** How an answer may end. */
export type Ending = "end" | "stop" | "length" | "context" | "tool" | "filtered" | "refused";

/**
 * A JSON value with slots, which reads and writes: a leaf `$name` stands for any value, `image/$format` for a part of a
 * text, `$input:json` for JSON text, `$parameters:definitions` for Cohere's way to describe parameters. A key that ends
 * with `?` may be absent.
 */
export type Shape = Json;

/** Where one word stands in a body, and what may stand there. */
export interface Place {
  /** Keys from the top of a body; all are read, the first one is written. */
  readonly at: readonly (readonly string[])[];
  /** The least and the most that is taken, where the value is a number. */
  readonly range?: readonly [number, number];
  /** The numbers that are taken, where they are few. */
  readonly among?: readonly number[];
  /** The value is a list; one text stands for a list of one. */
  readonly list?: true;
  /** The most elements of the list. */
  readonly most?: number;
  /** By the neutral name of what is said: the value that says it. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** Of a list: the shape of each element. */
  readonly each?: Shape;
  /** Values that say nothing. */
  readonly nothing?: readonly Json[];
  /** What the model takes where a body says nothing, as documented. */
  readonly absent?: readonly (Selection & { readonly value: number })[];
  /** The models that take it. */
  readonly for?: Selection;
  /** A body lacks it at its peril: what is written where nothing is known. */
  readonly required?: number;
}

/** How turns are marked in one raw prompt. */
export interface Marks {
  readonly name: string;
  /** Marks that begin the words of somebody. */
  readonly opens: readonly (readonly [mark: string, role: "system" | "user" | "assistant"])[];
  /** Marks that end them. */
  readonly closes: readonly string[];
  /** Marks that say nothing of who speaks. */
  readonly silent?: readonly string[];
  /** Whose words stand in front of the first mark, where some may. */
  readonly lead?: "system";
  /** What stands for the system has no more weight than the rest, so that it may hold a row's values. */
  readonly lax?: true;
  /** Pieces of marks: where one is left over, a turn is written in a way that is not known. */
  readonly pieces?: readonly string[];
  /** A prompt is written with these marks only where it matches. */
  readonly only?: RegExp;
  /** How each is written; `$text` stands for the words. Absent where nothing is written in this way. */
  readonly write?: {
    readonly begin: string;
    /** Absent: the system's words go in front of the first turn of the user. */
    readonly system?: string;
    readonly user: string;
    readonly assistant: string;
    /** Where the model goes on; `$text` is what it has said already. */
    readonly cue: string;
  };
}

/** Where the conversation stands in a body. */
type Talk =
  | {
      readonly is: "messages";
      readonly at: string;
      /** What the content of a message may be. */
      readonly content: "either" | "blocks" | "text";
      /** The key of the system's words, where it is no message. */
      readonly system?: string;
      /** The roles of messages that are the system's, the usual one first. */
      readonly systemRoles?: readonly string[];
      /** Whether tools' calls and results stand beside the content of messages. */
      readonly toolRole?: true;
    }
  | {
      readonly is: "prompt";
      readonly at: string;
      readonly marks: string;
      readonly images?: string;
      /** The connector puts marks around a prompt that has none. */
      readonly wraps?: true;
    }
  | {
      readonly is: "history";
      readonly at: string;
      readonly history: string;
      readonly system: string;
      readonly roles: Readonly<Record<string, "user" | "assistant">>;
    }
  | { readonly is: "vector" };

/** How the bodies and answers of one family are written. Holds no function. */
export interface Form {
  /** The name of its family. */
  readonly name: string;
  /** Forms with the same dialect write the blocks of a message alike. */
  readonly dialect: "anthropic" | "converse" | "openai" | "text";
  /** What every body has. */
  readonly fixed?: JsonObject;
  /** Keys that say nothing to a model, or are so anyway: `key: value`; `null` for any value. */
  readonly silent?: Readonly<Record<string, Json>>;
  readonly talk: Talk;
  /** How each kind of block is written; a list where there are several ways. */
  readonly blocks?: Readonly<Record<string, Shape>>;
  /** The key that marks a block up to which a prompt is cached, where it is no block of its own. */
  readonly cacheKey?: string;
  readonly words: Readonly<Partial<Record<Word, Place>>>;
  /** Words that are not taken together: the first is kept. */
  readonly together?: readonly (Selection & { readonly words: readonly [Word, Word] })[];
  /** The models that go on with what they are told to have said already. */
  readonly prefill?: Selection;
  /** Places in an answer, as JSON Pointers; `0` in front of a text is its first block. */
  readonly reply: Readonly<Partial<Record<ReplyWord, readonly string[]>>>;
  /** The words for the ends of an answer; the first that means an ending is the one that is written. */
  readonly endings: readonly (readonly [string, Ending | null])[];
  /** Documented temperatures where a body says nothing. */
  readonly warmth?: readonly (Selection & { readonly value: number })[];
}
